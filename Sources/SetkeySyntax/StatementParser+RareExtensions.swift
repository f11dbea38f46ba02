import IPsec

/// The extensions that few SAs have: most of them need XFRM.
extension StatementParser {
    /// One of them, if it stands here; the last of a kind wins.
    mutating func parseRareExtension(_ clauses: inout AssociationClauses) throws(Diagnostic) -> Bool {
        let option = current.range
        guard let keyword else { return false }
        switch keyword {
        case .hardPackets, .softPackets, .hardUse, .softUse, .natTraversal, .from, .until: break
        case .extendedSequence:
            guard options.traits.flags.contains(.extendedSequence) else {
                throw needsXFRM(option, "extended sequence numbers", else: "remove it")
            }
        case .icvLength: try requireOptions(option, "an ICV of another length")
        case .padding: try requireOptions(option, "padding against traffic analysis")
        case .selector: try requireOptions(option, "the selector of an SA")
        case .direction: try requireOptions(option, "the direction of an SA")
        case .careOfAddress: try requireOptions(option, "a care-of address")
        case .hardwareInterface: try requireOptions(option, "offload to a device")
        case .natTraversalMTU: throw failure(option, "Linux has no fragment size for SAs", "remove it")
        default: return false
        }
        advance()
        warnOfRepetition(option, keyword, &clauses)
        if keyword == .from || keyword == .until {
            try parseTime(keyword, option)
            return true
        }
        try parseValue(of: keyword, &clauses)
        let range = option.lowerBound..<previousEnd
        clauses.place(keyword, at: range)
        switch keyword {
        case .hardPackets, .softPackets, .hardUse, .softUse: clauses.limitsRange = range
        default: break
        }
        return true
    }

    private mutating func requireOptions(_ option: Range<Int>, _ what: String) throws(Diagnostic) {
        guard options.traits.carriesOptions else { throw needsXFRM(option, what, else: "remove it") }
    }

    /// What stands behind an extension.
    private mutating func parseValue(
        of option: Keyword, _ clauses: inout AssociationClauses
    ) throws(Diagnostic) {
        switch option {
        case .extendedSequence: clauses.fields.flags.insert(.extendedSequence)
        case .hardPackets: clauses.limits.hard.allocations = try parsePacketLimit()
        case .softPackets: clauses.limits.soft.allocations = try parsePacketLimit()
        case .hardUse: clauses.limits.hard.useTime = try parseTimeLimit()
        case .softUse: clauses.limits.soft.useTime = try parseTimeLimit()
        case .icvLength: clauses.fields.options.icvBits = UInt16(try takeDecimal("the length of the ICV", upTo: 0xffff))
        case .padding:
            clauses.fields.options.paddedLength = UInt32(try takeDecimal("the padded length", upTo: 0xffff_ffff))
        case .selector: clauses.fields.options.selector = try parseSelector().selector
        case .direction: clauses.fields.options.direction = try parseDirection()
        case .careOfAddress:
            clauses.fields.options.careOfAddress = try parseAddress(
                try takeWord("the care-of address"), WrittenFamilies())
        case .hardwareInterface: clauses.offload = try parseOffload()
        default: try parseNATTraversal(&clauses)
        }
    }

    /// `IF [crypto|packet] [in|out]`, as iproute2 has it; without a word the device encrypts alone, and `-dir` says which
    /// way.
    private mutating func parseOffload() throws(Diagnostic) -> WrittenOffload {
        var offload = WrittenOffload(device: try parseDevice())
        if current.kind == .word, ["crypto", "packet"].contains(string(current.range)) {
            offload.isOfPackets = string(current.range) == "packet"
            advance()
        }
        if keyword == .inbound || keyword == .outbound { offload.direction = try parseDirection() }
        return offload
    }

    /// PF_KEY counts packets with 32 bits; 2^64-1 is the kernel's "unlimited", which the language writes as 0.
    private mutating func parsePacketLimit() throws(Diagnostic) -> UInt64 {
        let range = try takeWord("the lifetime in packets")
        let packets = try parseDecimal(
            range, "the lifetime in packets", upTo: .max, "write a number of packets, for example 4000000000")
        guard packets <= UInt64(UInt32.max) || options.traits.carriesOptions else {
            throw needsXFRM(range, "a lifetime of more than \(UInt32.max) packets", else: "write fewer")
        }
        return packets == .max ? 0 : packets
    }

    private mutating func parseDirection() throws(Diagnostic) -> AssociationDirection {
        let direction: AssociationDirection
        switch keyword {
        case .inbound: direction = .inbound
        case .outbound: direction = .outbound
        default: throw unexpected("a direction", "write in or out")
        }
        advance()
        return direction
    }

    /// FreeBSD's `-natt oai[sport] oar[dport]`: the ports of ESP in UDP, and the addresses that the ends have behind a
    /// NAT. Linux has one such address, of the end that is not seen under it.
    private mutating func parseNATTraversal(_ clauses: inout AssociationClauses) throws(Diagnostic) {
        let initiator = try parseEndpoint(WrittenFamilies())
        let responder = try parseEndpoint(WrittenFamilies())
        let (sourcePort, destinationPort) = (
            try resolve(initiator.port, for: "udp"), try resolve(responder.port, for: "udp")
        )
        clauses.fields.encapsulation = NATTraversal(
            sourcePort: sourcePort == 0 ? NATTraversal.defaultPort : sourcePort,
            destinationPort: destinationPort == 0 ? NATTraversal.defaultPort : destinationPort)
        let moved =
            initiator.address != clauses.fields.source
            ? initiator : responder.address != clauses.fields.identity.destination ? responder : nil
        guard let moved else { return clauses.fields.originalAddress = nil }
        clauses.fields.originalAddress = moved.address
        if !options.traits.keepsOriginalAddress { warnOfOriginalAddress(moved.range) }
    }

    // MARK: Rules

    /// What the kernel refuses without saying why, or takes and does not do (xfrm-facts 3).
    func checkRareExtensions(_ clauses: inout AssociationClauses) throws(Diagnostic) {
        try checkOffload(&clauses)
        let (options, proto) = (clauses.fields.options, clauses.proto)
        if let range = clauses.range(of: .natTraversal), !proto.isESP {
            throw failure(range, "only esp goes in UDP", "remove -natt, or write esp")
        }
        if let range = clauses.range(of: .padding), options.paddedLength > 0 {
            guard clauses.fields.mode == .tunnel, proto.isESP else {
                throw failure(range, "only esp in tunnel mode is padded", "remove -tfc, or write esp and -m tunnel")
            }
        }
        if let range = clauses.range(of: .careOfAddress),
            options.careOfAddress?.family != clauses.fields.source.family
        {
            throw failure(range, "the care-of address is of another family than the SA", "write one of its family")
        }
        if let range = clauses.range(of: .selector), clauses.fields.mode != .tunnel,
            options.selector?.source.address.family != clauses.fields.source.family
        {
            throw failure(
                range, "the selector is of another family than the SA", "write -m tunnel, or another selector")
        }
        try checkICV(clauses)
        try checkNumbering(clauses)
    }

    private func checkOffload(_ clauses: inout AssociationClauses) throws(Diagnostic) {
        guard let range = clauses.range(of: .hardwareInterface), let written = clauses.offload else { return }
        guard clauses.proto.isESP else {
            throw failure(range, "only esp is offloaded to a device", "remove -hwif, or write esp")
        }
        guard written.isOfPackets || clauses.fields.encapsulation == nil else {
            throw failure(
                range, "a device that only encrypts does not do it for ESP in UDP",
                "remove -hwif, or write packet behind the device")
        }
        guard clauses.fields.options.paddedLength == 0 else {
            throw failure(range, "no device pads packets", "remove -hwif, or -tfc")
        }
        let other = clauses.fields.options.direction
        guard let direction = written.direction ?? other else {
            throw failure(
                range, "a device has an engine for each direction", "write -hwif \(written.device) in, or out")
        }
        guard other == nil || other == direction else {
            throw failure(range, "-hwif and -dir are for different directions", "write the same for both")
        }
        clauses.fields.options.offload = Offload(
            device: written.device, isOfPackets: written.isOfPackets, direction: direction)
    }

    private func checkICV(_ clauses: borrowing AssociationClauses) throws(Diagnostic) {
        guard let range = clauses.range(of: .icvLength), let bits = clauses.fields.options.icvBits else { return }
        guard let integrity = clauses.integrity else {
            throw failure(
                range, "-icv is the length of the ICV of an authentication algorithm", "remove it, or write -A")
        }
        guard let lengths = IntegrityAlgorithm(rawValue: integrity.number).icvLengths else {
            throw failure(range, "this authentication algorithm has no ICV of another length", "remove -icv")
        }
        guard lengths.contains(Int(bits)) else {
            let name = IntegrityAlgorithm(rawValue: integrity.number).name
            let advice = "write a multiple of 8, \(lengths.first)...\(lengths.last)"
            throw failure(range, "\(name) has no ICV of \(bits) bits", advice)
        }
    }

    private func checkNumbering(_ clauses: borrowing AssociationClauses) throws(Diagnostic) {
        let isOutbound = clauses.fields.options.direction == .outbound
        if let range = clauses.range(of: .extendedSequence) {
            guard !clauses.proto.isIPComp else {
                throw failure(range, "ipcomp does not number its packets", "remove -esn")
            }
            guard clauses.replay != .disabled || isOutbound else {
                throw failure(range, "extended sequence numbers need a replay window", "write -r 32, or remove -r 0")
            }
        }
        guard let range = clauses.range(of: .direction), let direction = clauses.fields.options.direction else {
            return
        }
        if isOutbound, let window = clauses.replay, window != .disabled {
            throw failure(range, "an SA that only sends has no replay window", "write -r 0, or remove -r")
        }
        let flags = clauses.fields.flags.intersection(direction.excludedFlags)
        if let name = flags.names.first {
            throw failure(range, "the flag \(name) is not for this direction", "remove the flag, or -dir")
        }
    }
}

extension AssociationDirection {
    /// The flags that Linux refuses an SA of this direction (xfrm-facts 3.3).
    fileprivate var excludedFlags: SAFlags {
        switch self {
        case .inbound: [.noPathMTUDiscovery, .withholdDSCP, .sequenceMayWrap]
        case .outbound: [.decapsulateDSCP, .wildcardReceive, .icmp]
        }
    }
}
