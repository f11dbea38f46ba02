internal import IPsec

/// Limits and counters (`xfrm_lifetime_cfg`, `xfrm_lifetime_cur`): for bytes and packets "none" is all ones, for
/// seconds it is 0 (xfrm-facts 3.4).
extension LifetimeLimits {
    init(fromXFRM reader: inout WireReader) throws(WireError) {
        self = .none
        soft.bytes = try Self.readCount(from: &reader)
        hard.bytes = try Self.readCount(from: &reader)
        soft.allocations = try Self.readCount(from: &reader)
        hard.allocations = try Self.readCount(from: &reader)
        soft.addTime = try reader.read(UInt64.self)
        hard.addTime = try reader.read(UInt64.self)
        soft.useTime = try reader.read(UInt64.self)
        hard.useTime = try reader.read(UInt64.self)
    }

    private static func readCount(from reader: inout WireReader) throws(WireError) -> UInt64 {
        let count = try reader.read(UInt64.self)
        return count == .max ? 0 : count
    }

    func writeXFRM(to writer: inout WireWriter) {
        for count in [soft.bytes, hard.bytes, soft.allocations, hard.allocations] {
            writer.append(count == 0 ? UInt64.max : count)
        }
        for seconds in [soft.addTime, hard.addTime, soft.useTime, hard.useTime] { writer.append(seconds) }
    }
}

extension Lifetime {
    init(fromXFRM reader: inout WireReader) throws(WireError) {
        self.init()
        bytes = try reader.read(UInt64.self)
        allocations = try reader.read(UInt64.self)
        addTime = try reader.read(UInt64.self)
        useTime = try reader.read(UInt64.self)
    }
}
