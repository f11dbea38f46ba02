import IPsec

/// A selector, and where its parts stand.
struct WrittenSelector {
    var selector: Selector
    /// Of `%IF` behind an address.
    var device: Device?
    let source: Range<Int>
    let destination: Range<Int>
}

extension StatementParser {
    /// `src_range dst_range upperspec`.
    mutating func parseSelector() throws(Diagnostic) -> WrittenSelector {
        let families = try parseFamilies()
        if keyword == .tagged {
            throw failure(
                current.range, "Linux has no policies by packet tag", "write source, destination and protocol")
        }
        let source = try parsePrefix(families)
        let destination = try parsePrefix(families)
        try requireOneFamily(source.prefix.address, destination.prefix.address, destination.range)
        let protocolRange = current.range
        let nextLayer = try parseNextLayer()
        var selector = Selector(source: source.prefix, destination: destination.prefix, nextLayer: nextLayer)
        let name = options.protocolNames.name(of: nextLayer.rawValue)
        selector.sourcePort = try resolve(source.port, for: name)
        selector.destinationPort = try resolve(destination.port, for: name)
        if options.warns, nextLayer.hasTypeAndCode { warnOfPorts(source.port, destination.port) }
        try parseUpperDetail(&selector, protocolRange)
        var device: Device?
        if let range = source.device { try merge(try parseDevice(named: range), into: &device, range) }
        if let range = destination.device { try merge(try parseDevice(named: range), into: &device, range) }
        return WrittenSelector(
            selector: selector, device: device, source: source.range, destination: destination.range)
    }

    /// `any`, a name, or a number; 0 is the kernel's "any".
    private mutating func parseNextLayer() throws(Diagnostic) -> NextLayerProtocol {
        if skip(.any) { return .any }
        let range = try takeWord("the upper-layer protocol", "write any, a name of /etc/protocols, or a number")
        if text[range.lowerBound] &- 48 < 10, bytes(range).areDecimalDigits {
            let number = UInt8(try parseDecimal(range, "the protocol number", upTo: 255))
            return number == 0 ? .any : NextLayerProtocol(rawValue: number)
        }
        guard let number = options.protocolNames.number(of: string(range)) else {
            let advice = "write any, a name of /etc/protocols, or a number"
            try note(failure(range, "an unknown upper-layer protocol", advice), ofWordAt: range)
            return .any
        }
        return number == 0 ? .any : NextLayerProtocol(rawValue: number)
    }

    /// Ports of a protocol that has none.
    private mutating func warnOfPorts(_ source: WrittenPort?, _ destination: WrittenPort?) {
        for (port, meaning) in [(source, "type"), (destination, "code")] {
            guard let port, port.number != 0 || !port.name.isEmpty else { continue }
            remark(
                .portsOfICMP, port.range, "this protocol has no ports; the number is taken as the \(meaning)",
                "write type and code after the protocol, for example icmp 8,0")
        }
    }

    /// `T`, `T,C` behind ICMP and the mobility header; `N` or `a.b.c.d` behind GRE.
    private mutating func parseUpperDetail(_ selector: inout Selector, _ range: Range<Int>) throws(Diagnostic) {
        guard current.kind == .word, text[current.start] &- 48 < 10 else { return }
        let detail = current.range
        guard selector.nextLayer.hasTypeAndCode || selector.nextLayer == .gre else {
            throw failure(detail, "only icmp, icmp6, gre and 135 take a number after the protocol", "remove it")
        }
        guard selector.sourcePort == 0, selector.destinationPort == 0 else {
            throw failure(detail, "ports cannot be combined with a type or key", "remove the ports in [ ]")
        }
        advance()
        if selector.nextLayer == .gre {
            let key = try parseGREKey(detail)
            selector.sourcePort = UInt16(key >> 16)
            selector.destinationPort = UInt16(key & 0xffff)
            return
        }
        selector.sourcePort = UInt16(try parseDecimal(detail, "the type", upTo: 255))
        if current.kind == .comma {
            advance()
            selector.destinationPort = UInt16(try takeDecimal("the code", upTo: 255))
        }
        if options.warns, selector.sourcePort == 0 {
            warn(detail, "for Linux, type 0 means any type", "leave the type out, or filter by other means")
        }
    }

    private mutating func parseGREKey(_ range: Range<Int>) throws(Diagnostic) -> UInt32 {
        guard bytes(range).contains(UInt8(ascii: ".")) else {
            return UInt32(try parseDecimal(range, "the GRE key", upTo: 0xffff_ffff))
        }
        guard let address = IPAddress(parsing: bytes(range)), address.family == .ipv4 else {
            throw failure(range, "this is not a GRE key", "write a number, or four numbers with dots")
        }
        return address.ipv4Bits
    }
}
