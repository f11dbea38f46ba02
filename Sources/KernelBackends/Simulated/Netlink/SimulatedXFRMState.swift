internal import IPsec

/// What XFRM has of an SA and PF_KEY cannot say; never written again once it is there.
///
/// Attributes are kept as the kernel tells them, so that what a later kernel header adds needs a line in a list here, and
/// no word of the language.
final class SimulatedXFRMState: Sendable {
    let selector: XFRMSelector
    /// `XFRM_STATE_*`.
    let flags: UInt8
    /// What is told as it was sent, by type; of a NAT only the original address counts.
    let attributes: [UInt16: [UInt8]]
    let mark: XFRMMark

    init(selector: XFRMSelector, flags: UInt8 = 0, attributes: [UInt16: [UInt8]] = [:]) {
        self.selector = selector
        self.flags = flags
        self.attributes = attributes
        mark = XFRMMark(attributes[XFRMAttributeType.mark.rawValue] ?? [])
    }

    subscript(type: XFRMAttributeType) -> [UInt8]? { attributes[type.rawValue] }

    /// The same with what an update changes of a mature SA (xfrm-facts 2.3): it can neither add nor take away some of
    /// it, and zeros change nothing.
    func changed(as wanted: SimulatedXFRMState?) -> SimulatedXFRMState {
        var attributes = attributes
        attributes[XFRMAttributeType.encapsulation.rawValue] = wanted?[.encapsulation]
        if self[.careOfAddress] != nil, let address = wanted?[.careOfAddress] {
            attributes[XFRMAttributeType.careOfAddress.rawValue] = address
        }
        for type in [XFRMAttributeType.outputMark, .outputMarkMask, .interfaceID] {
            if let content = wanted?[type] { attributes[type.rawValue] = content }
        }
        return SimulatedXFRMState(selector: selector, flags: flags, attributes: attributes)
    }
}

extension SimulatedAssociation {
    /// Its mark; PF_KEY makes none.
    var mark: XFRMMark { xfrm?.mark ?? .none }

    /// What it selects, as XFRM tells it.
    var xfrmSelector: XFRMSelector {
        if let xfrm { return xfrm.selector }
        var all = XFRMSelector(all: destination.family)
        if state == .larval || state == .refused {
            // The two hosts, and no family (xfrm-facts 4).
            all.family = 0
            (all.source, all.sourcePrefix) = (XFRMAddress(source), source.bitCount)
            (all.destination, all.destinationPrefix) = (XFRMAddress(destination), destination.bitCount)
        } else if selector.prefix.length > 0 {
            (all.source, all.sourcePrefix) = (XFRMAddress(selector.address), selector.prefix.length)
        }
        return all
    }

    // MARK: Telling

    /// Appends everything that XFRM tells of it: `xfrm_usersa_info` and the attributes behind it.
    ///
    /// - Parameter hidingKeys: whether zeros stand for its keys.
    func writeXFRM(hidingKeys: Bool, to writer: inout WireWriter) throws(WireError) {
        XFRMStateInfo(self).write(to: &writer)
        try writeXFRMAttributes(hidingKeys: hidingKeys, to: &writer)
    }

    func writeXFRMAttributes(hidingKeys: Bool, to writer: inout WireWriter) throws(WireError) {
        for (number, content) in algorithmAttributes.sorted(by: { $0.key < $1.key }) {
            let type = XFRMAttributeType(rawValue: number)
            var content = content
            if hidingKeys {
                let hasICV = type == .algorithmCombined || type == .algorithmAuthenticationTruncated
                for index in (hasICV ? 72 : 68)..<content.count { content[index] = 0 }
            }
            try writer.appendAttribute(type) { $0.append(content.span) }
        }
        if let encapsulation {
            try writer.appendAttribute(.encapsulation) { writer in
                writer.append(UInt16(encapsulation.type))
                writer.append(bigEndian: encapsulation.sourcePort)
                writer.append(bigEndian: encapsulation.destinationPort)
                writer.append(zeros: 2)
                let original = Array((xfrm?[.encapsulation] ?? [UInt8](repeating: 0, count: 24))[8..<24])
                writer.append(original.span)
            }
        }
        for (type, content) in (xfrm?.attributes ?? [:]).sorted(by: { $0.key < $1.key })
        where !Self.toldApart.contains(type) {
            try writer.appendAttribute(XFRMAttributeType(rawValue: type)) { $0.append(content.span) }
        }
        // Always there, unless there is one of the extended kind.
        if xfrm?[.extendedReplay] == nil { try writer.appendAttribute(.replay) { $0.append(replay.span) } }
    }

    /// `xfrm_replay_state`: its packets are numbered on from what it began with.
    private var replay: [UInt8] {
        let first = xfrm?[.replay] ?? [UInt8](repeating: 0, count: 12)
        let sent = XFRMAttributes.number(first, at: 0) &+ UInt32(truncatingIfNeeded: current.allocations)
        var writer = WireWriter()
        writer.append(sent)
        writer.append(first.span.extracting(4...))
        var bytes: [UInt8] = []
        writer.finish(into: &bytes)
        return bytes
    }

    private static let algorithmTypes: [XFRMAttributeType] = [
        .algorithmCombined, .algorithmAuthenticationTruncated, .algorithmEncryption, .algorithmCompression,
    ]
    private static let toldApart = Set((algorithmTypes + [.encapsulation, .replay]).map(\.rawValue))

    /// How it encrypts, authenticates and compresses; both attributes of integrity are always told (xfrm-facts 3.1).
    private var algorithmAttributes: [UInt16: [UInt8]] {
        var told: [UInt16: [UInt8]] = [:]
        if let xfrm {
            for type in Self.algorithmTypes { told[type.rawValue] = xfrm[type] }
        } else if isValid || state == .dead {
            told = algorithmAttributesOfPFKey
        }
        if let content = told[XFRMAttributeType.algorithmAuthenticationTruncated.rawValue] {
            var short = content
            short.removeSubrange(68..<72)
            told[XFRMAttributeType.algorithmAuthentication.rawValue] = short
        }
        return told
    }

    /// The same of an SA whose algorithms PF_KEY has given by numbers.
    private var algorithmAttributesOfPFKey: [UInt16: [UInt8]] {
        var told: [UInt16: [UInt8]] = [:]
        if let row = IntegrityAlgorithm(rawValue: UInt16(integrity)).row, integrity != 0 {
            told[XFRMAttributeType.algorithmAuthenticationTruncated.rawValue] = Self.attribute(
                row, integrityKey, icvBits: row.icvBits)
        }
        let number = UInt16(encryption)
        if ipsecProtocol == .ipcomp {
            if let row = CompressionAlgorithm(rawValue: number).row {
                told[XFRMAttributeType.algorithmCompression.rawValue] = Self.attribute(row, nil)
            }
        } else if let row = EncryptionAlgorithm(rawValue: number).row, number != 0 {
            told[XFRMAttributeType.algorithmEncryption.rawValue] = Self.attribute(row, encryptionKey)
        }
        return told
    }

    /// `xfrm_algo`, or with the bits of an ICV `xfrm_algo_auth`.
    private static func attribute(_ row: Algorithm, _ key: PFKeyKey?, icvBits: UInt16? = nil) -> [UInt8] {
        var writer = WireWriter()
        XFRMAlgorithmName(row.xfrmName).write(to: &writer)
        writer.append(UInt32(key?.bitCount ?? 0))
        if let icvBits { writer.append(UInt32(icvBits)) }
        if let key = key?.material { writer.append(key.span) }
        var bytes: [UInt8] = []
        writer.finish(into: &bytes)
        return bytes
    }
}

extension Mode {
    /// `XFRM_MODE_*`; modes of XFRM's own are kept above those of PF_KEY.
    var simulatedXFRMNumber: UInt8 {
        switch self {
        case .any, .transport: 0
        case .tunnel: 1
        case .beet: 4
        default: rawValue & 0x7f
        }
    }
}
