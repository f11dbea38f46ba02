internal import CLinux
internal import Glibc
internal import IPsec

/// A message that a netlink socket has sent, as the kernel looks at it before it acts.
struct ReceivedXFRMRequest {
    let header: NetlinkHeader
    /// What stands behind the header.
    let body: ArraySlice<UInt8>

    /// - Returns: `nil` where the header cannot be right: the kernel drops the rest of the datagram without a word.
    init?(_ message: ArraySlice<UInt8>) {
        guard let header = NetlinkHeader(ofMessage: Array(message).span) else { return nil }
        self.header = header
        body = message.dropFirst(NetlinkHeader.byteCount)
    }

    /// Whether it asks for everything. One bit of `NLM_F_DUMP` is enough, and `NLM_F_REPLACE` is one.
    var isDump: Bool {
        (header.type == .getSA || header.type == .getPolicy) && !header.flags.isDisjoint(with: .dump)
    }

    /// The fixed part of the message.
    ///
    /// - Throws: `EINVAL` where it is shorter.
    func fixedPart(byteCount: Int) throws(XFRMRefusal) -> [UInt8] {
        guard body.count >= byteCount else { throw .invalid("Invalid header length") }
        return Array(body.prefix(byteCount))
    }

    /// The attributes behind a fixed part of so many bytes.
    func attributes(behind byteCount: Int, release: SimulatedKernel.Release) throws(XFRMRefusal) -> XFRMAttributes {
        try XFRMAttributes(body.dropFirst((byteCount + 3) & ~3), release: release)
    }
}

/// The attributes of a request as the kernel takes them: of each type the last, of unknown types none, and nothing behind
/// a length that cannot be right (xfrm-facts 1).
struct XFRMAttributes: Sendable {
    private var contents: [UInt16: [UInt8]] = [:]

    /// - Throws: `ERANGE` for one that is too short, or has a number that is none of its own.
    init(_ bytes: ArraySlice<UInt8>, release: SimulatedKernel.Release) throws(XFRMRefusal) {
        let message = Array(bytes)
        var reader = WireReader(message.span)
        while let attribute = try? reader.nextAttribute() {
            guard let minimum = Self.minimalByteCount(attribute.type, release) else { continue }
            guard attribute.content.count >= minimum else {
                throw XFRMRefusal(KernelErrno(rawValue: ERANGE), "Attribute failed policy validation")
            }
            if attribute.type == XFRMAttributeType.direction.rawValue, !(1...2).contains(attribute.content[0]) {
                throw XFRMRefusal(KernelErrno(rawValue: ERANGE), "integer out of range")
            }
            contents[attribute.type] = attribute.content
        }
    }

    subscript(type: XFRMAttributeType) -> [UInt8]? { contents[type.rawValue] }

    func has(_ type: XFRMAttributeType) -> Bool { contents[type.rawValue] != nil }

    /// A number in host order, at the beginning of an attribute; `nil` without the attribute.
    func number(_ type: XFRMAttributeType) -> UInt32? { self[type].map { Self.number($0, at: 0) } }

    /// What marks an SA or a policy; no mark is no attribute, and 0/0.
    var mark: XFRMMark { XFRMMark(self[.mark] ?? []) }

    /// A number of four bytes in host order; 0 where they are not there.
    static func number(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        guard bytes.count >= offset + 4 else { return 0 }
        return (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    /// The bytes that the kernel wants of an attribute; `nil` for a type that it does not know.
    private static func minimalByteCount(_ type: UInt16, _ release: SimulatedKernel.Release) -> Int? {
        if let count = minimalByteCounts[type] { return count }
        return release == .linux6_1 ? nil : [33: 1, 34: 4, 35: 4][type]
    }

    private static let minimalByteCounts: [UInt16: Int] = [
        1: 68, 2: 68, 3: 68, 4: 24, 5: 64, 8: 8, 9: 32, 10: 12, 11: 4, 12: 4, 13: 16, 14: 16, 16: 6, 17: 76, 18: 72,
        19: 40, 20: 72, 21: 8, 22: 4, 23: 24, 24: 4, 25: 1, 26: 36, 28: 8, 29: 4, 30: 4, 31: 4, 32: 4,
    ]
}

/// A mark and its mask (`xfrm_mark`); the kernel stores the value masked.
struct XFRMMark: Hashable, Sendable {
    let value: UInt32
    let mask: UInt32

    /// - Parameter bytes: of an attribute; none are no mark.
    init(_ bytes: [UInt8]) {
        mask = XFRMAttributes.number(bytes, at: 4)
        value = XFRMAttributes.number(bytes, at: 0) & mask
    }

    init(value: UInt32, mask: UInt32) {
        self.value = value & mask
        self.mask = mask
    }

    static let none = XFRMMark(value: 0, mask: 0)

    /// Whether a request with `other` finds what has this one: the test is not symmetric (xfrm-facts 2.1).
    func isFound(by other: XFRMMark) -> Bool { other.value & mask == value }

    var bytes: [UInt8] {
        [value, mask].flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) } }
    }
}

extension WireReader {
    /// The next attribute.
    ///
    /// - Throws: where there is none, or its length cannot be right.
    @_lifetime(self: copy self)
    fileprivate mutating func nextAttribute() throws(WireError) -> (type: UInt16, content: [UInt8]) {
        let byteCount = Int(try read(UInt16.self))
        let type = XFRMAttributeType(rawValue: try read(UInt16.self)).rawValue
        let content = try readBytes(byteCount - 4)
        try skip(min(-byteCount & 3, remaining))
        return (type, content)
    }
}
