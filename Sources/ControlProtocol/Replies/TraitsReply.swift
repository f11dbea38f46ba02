package import IPsec

/// What the daemon's kernel interface can carry.
package struct TraitsReply: Codable, Hashable, Sendable {
    /// As messages call it: `PF_KEY`.
    package var interface: String
    /// The names of the algorithms, those of combined mode among the ones that encrypt.
    package var encryption: [String]
    /// The names of those that authenticate.
    package var integrity: [String]
    /// The names of those that compress.
    package var compression: [String]
    /// Whether an algorithm without a name can be said by its number.
    package var algorithmNumbers: Bool
    /// The widest replay window, in packets.
    package var replay: Int
    /// The largest reqid that a policy may name.
    package var reqid: Int
    /// Whether the original address of an SA behind a NAT is stored.
    package var originalAddress: Bool
    /// Whether SAs and policies can be bound to packet marks and to interfaces.
    package var marks: Bool
    /// The flags of SAs, by their words; `esn` is the option of that name.
    package var flags: [String]
    /// Whether the options of SAs that only XFRM carries can be said.
    package var options: Bool
    /// How many parts of a run may be read ahead; `nil` for a daemon that reads none.
    package var ahead: Int?

    /// Stands among the flags for sequence numbers of 64 bits.
    fileprivate static let extendedSequence = "esn"

    /// What `traits` says, by names.
    package init(_ traits: KernelTraits) {
        let rows = traits.algorithms.rows
        func names(_ kinds: Algorithm.Kind...) -> [String] {
            rows.filter { kinds.contains($0.kind) }.map(\.name)
        }
        interface = traits.name
        encryption = names(.encryption, .combined)
        integrity = names(.integrity)
        compression = names(.compression)
        algorithmNumbers = traits.numbersAlgorithms
        replay = Int(traits.maximumReplayWindow.rawValue)
        reqid = Int(traits.maximumUniqueReqID.rawValue)
        originalAddress = traits.keepsOriginalAddress
        marks = traits.carriesMarks
        flags = traits.flags.names + (traits.flags.contains(.extendedSequence) ? [Self.extendedSequence] : [])
        options = traits.carriesOptions
        ahead = ExecuteParameters.aheadLimit
    }
}

extension KernelTraits {
    /// What a text may say to the daemon that answered so; algorithms that only the daemon knows are left out.
    package init(_ reply: TraitsReply) {
        let algorithms = AlgorithmSet { row in
            switch row.kind {
            case .encryption, .combined: reply.encryption.contains(row.name)
            case .integrity: reply.integrity.contains(row.name)
            case .compression: reply.compression.contains(row.name)
            }
        }
        self.init(
            name: reply.interface, algorithms: algorithms, numbersAlgorithms: reply.algorithmNumbers,
            maximumReplayWindow: ReplayWindow(rawValue: UInt16(clamping: reply.replay)),
            maximumUniqueReqID: ReqID(rawValue: UInt32(clamping: reply.reqid)),
            keepsOriginalAddress: reply.originalAddress, carriesMarks: reply.marks, flags: SAFlags(reply.flags),
            carriesOptions: reply.options)
    }
}

extension SAFlags {
    /// The flags of these words; those that only the daemon knows are left out.
    fileprivate init(_ words: [String]) {
        self = words.reduce(into: []) { flags, word in
            if word == TraitsReply.extendedSequence { flags.insert(.extendedSequence) }
            if let flag = SAFlags(word: word) { flags.insert(flag) }
        }
    }
}
