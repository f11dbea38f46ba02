internal import CLinux
internal import IPsec

extension HashThresholds {
    /// Says which are to be set (NEWSPDINFO): those of a family that is not named stay (xfrm-facts B3).
    func writeXFRM(to writer: inout WireWriter) throws(WireError) {
        try write(ipv4, as: .ipv4Thresholds, to: &writer)
        try write(ipv6, as: .ipv6Thresholds, to: &writer)
    }

    private func write(
        _ lengths: Lengths?, as type: XFRMAttributeType, to writer: inout WireWriter
    ) throws(WireError) {
        guard let lengths else { return }
        try writer.appendAttribute(type) { writer throws(WireError) in
            writer.append(lengths.local)
            writer.append(lengths.remote)
        }
    }
}

extension KernelEvent.Content {
    /// What the kernel says of its SPD (NEWSPDINFO): flags, and attributes of a numbering of their own.
    init(spdInformation reader: inout WireReader) throws(WireError) {
        try reader.skip(4)
        var thresholds = HashThresholds()
        var policyCount = 0
        try reader.forEachAttribute { type, content throws(WireError) in
            switch type {
            // In, out and fwd; those of sockets follow.
            case .policyCounts: for _ in 0..<3 { policyCount += Int(try content.read(UInt32.self)) }
            case .ipv4Thresholds: thresholds.ipv4 = try HashThresholds.Lengths(fromXFRM: &content)
            case .ipv6Thresholds: thresholds.ipv6 = try HashThresholds.Lengths(fromXFRM: &content)
            default: break
            }
        }
        self = .hashThresholds(thresholds, policyCount: policyCount)
    }
}

extension HashThresholds.Lengths {
    fileprivate init(fromXFRM reader: inout WireReader) throws(WireError) {
        let local = try reader.read(UInt8.self)
        self.init(local: local, remote: try reader.read(UInt8.self))
    }
}
