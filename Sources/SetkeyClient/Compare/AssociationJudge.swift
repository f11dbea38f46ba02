import ControlProtocol
import IPsec
import SetkeySyntax

/// In what the SAs of two ends differ that belong together.
struct AssociationJudge {
    /// What is found of two SAs.
    struct Verdict {
        var differences: [EndDifference] = []
        /// Pairs of keys that were compared.
        var keys = 0
        /// Pairs of keys that could not be.
        var unknownKeys = 0
    }

    /// Whether both ends tell what PF_KEY does not.
    private let tellsAll: Bool
    private let here: ReqIDPairings
    private let there: ReqIDPairings

    init(here: ComparedEnd, there: ComparedEnd) {
        tellsAll = here.tellsAll && there.tellsAll
        (self.here, self.there) = (ReqIDPairings(of: here.policies), ReqIDPairings(of: there.policies))
    }

    func verdict(_ here: AssociationRecord, _ there: AssociationRecord) -> Verdict {
        var account = Account(entry: here.placeText)
        account.compare(.source, here.source, there.source)
        account.compare(.mode, here.mode.rawValue, there.mode.rawValue)
        compareAlgorithms(here, there, &account)
        // What only sends has no window: the other end's, which receives, is compared with nothing.
        if !here.onlySends, !there.onlySends { account.compare(.window, "\(window(here))", "\(window(there))") }
        if tellsAll { account.compare(.extendedSequence, here.sequenceText, there.sequenceText) }
        account.compare(.soft, here.soft.text, there.soft.text)
        account.compare(.hard, here.hard.text, there.hard.text)
        account.compare(.encapsulation, here.encapsulation.text, there.encapsulation.text)
        comparePairing(here, there, &account)
        return account.verdict
    }

    /// PF_KEY tells of no wider window than 32.
    private func window(_ record: AssociationRecord) -> Int {
        tellsAll ? record.replay : min(record.replay, Int(ReplayWindow.ordinary.rawValue))
    }

    // MARK: Algorithms and keys

    /// Of an SA of which the kernel interface tells only a part, the algorithms are not known.
    private func compareAlgorithms(
        _ here: AssociationRecord, _ there: AssociationRecord, _ account: inout Account
    ) {
        guard here.degraded != true, there.degraded != true else {
            account.verdict.unknownKeys += 1
            return
        }
        let (ciphers, checks) = ([Algorithm.Kind.encryption, .combined], [Algorithm.Kind.integrity])
        let encryption = (Function(here.encryption, ciphers), Function(there.encryption, ciphers))
        let integrity = (Function(here.integrityOrNone, checks), Function(there.integrityOrNone, checks))
        account.compare(.encryption, encryption)
        account.compare(.integrity, integrity)
        account.compare(.compression, here.compression ?? "none", there.compression ?? "none")
        compareLengths(here, there, encryption, integrity, &account)
        account.compareKeys(.encryptionKey, encryption, here.encryptionDigest, there.encryptionDigest)
        account.compareKeys(.integrityKey, integrity, here.integrityDigest, there.integrityDigest)
    }

    /// Of ICVs, where both ends have the same functions and tell.
    private func compareLengths(
        _ here: AssociationRecord, _ there: AssociationRecord, _ encryption: (Function, Function),
        _ integrity: (Function, Function), _ account: inout Account
    ) {
        guard tellsAll, encryption.0.name == encryption.1.name, integrity.0.name == integrity.1.name else { return }
        let one = here.extensions?.icv ?? max(encryption.0.icvBits, integrity.0.icvBits)
        let other = there.extensions?.icv ?? max(encryption.1.icvBits, integrity.1.icvBits)
        account.compare(.icv, "\(one) bits", "\(other) bits")
    }

    // MARK: Reqids

    /// The numbers themselves are each end's own: what counts is whether the SA goes together with the policies there.
    private func comparePairing(
        _ here: AssociationRecord, _ there: AssociationRecord, _ account: inout Account
    ) {
        guard let one = SecurityAssociation(serving: here), let other = SecurityAssociation(serving: there) else {
            return
        }
        let fits = (self.here.pairing(of: one), self.there.pairing(of: other))
        guard fits.0 != fits.1, fits.0 == .refused || fits.1 == .refused else { return }
        account.compare(.reqid, fits.0.text(here.reqid), fits.1.text(there.reqid))
    }
}

/// What is found of two SAs, while they are looked at.
private struct Account {
    let entry: String
    var verdict = AssociationJudge.Verdict()

    init(entry: String) {
        self.entry = entry
    }

    mutating func compare(_ field: EndDifference.Field, _ here: String, _ there: String) {
        guard here != there else { return }
        verdict.differences.append(EndDifference(entry: entry, field: field, here: here, there: there))
    }

    mutating func compare(_ field: EndDifference.Field, _ functions: (Function, Function)) {
        guard functions.0.name != functions.1.name else { return }
        compare(field, functions.0.word, functions.1.word)
    }

    /// Keys of different functions are not the same ones, whatever their bytes.
    mutating func compareKeys(
        _ field: EndDifference.Field, _ functions: (Function, Function), _ here: String?, _ there: String?
    ) {
        guard functions.0.name == functions.1.name, functions.0.takesKey else { return }
        guard let here, let there else { return verdict.unknownKeys += 1 }
        verdict.keys += 1
        if here != there { verdict.differences.append(EndDifference(entry: entry, field: field)) }
    }
}

/// An algorithm without the length of its ICV, which PF_KEY does not tell.
private struct Function {
    /// As statements have it.
    let word: String
    let name: String
    let icvBits: Int
    let takesKey: Bool

    /// - Parameter word: the algorithm's name, or its number if it has none; `nil` for no algorithm.
    init(_ word: String?, _ kinds: [Algorithm.Kind]) {
        let row = Algorithm.table.first { kinds.contains($0.kind) && $0.name == word }
        self.word = word ?? "none"
        name = row.map { $0.interfaces == .none ? $0.name : $0.functionName } ?? word ?? "none"
        icvBits = row.map { Int($0.icvBits) } ?? 0
        takesKey = row.map { $0.keyLengths.last > 0 } ?? (word != nil)
    }
}

extension ReqIDPairing {
    fileprivate func text(_ number: Int) -> String {
        switch self {
        case .fits: "\(number), as a policy wants it"
        case .refused: "\(number), which no policy takes"
        case .unwanted: "\(number), no policy for it"
        }
    }
}

extension AssociationRecord {
    fileprivate var sequenceText: String { extensions?.extendedSequence == true ? "64 bits" : "32 bits" }

    /// Whether it says that it is for packets that go out.
    fileprivate var onlySends: Bool { extensions?.direction == "\(AssociationDirection.outbound.word)" }

    /// The integrity algorithm; to Linux `null` is none (xfrm-facts 4).
    fileprivate var integrityOrNone: String? { integrity == IntegrityAlgorithm.null.name ? nil : integrity }
}

extension LifetimeRecord? {
    /// `3600 s, 1000 bytes`.
    fileprivate var text: String {
        let limits: [(Int?, String)] = [
            (self?.addTime, "s"), (self?.useTime, "s in use"), (self?.bytes, "bytes"), (self?.allocations, "packets"),
        ]
        let parts = limits.compactMap { count, unit in count.flatMap { $0 == 0 ? nil : "\($0) \(unit)" } }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }
}

extension EncapsulationRecord? {
    fileprivate var text: String { map { "UDP \($0.sourcePort) > \($0.destinationPort)" } ?? "none" }
}
