import KernelBackends

/// A netlink message of the kernel as scenarios look at it: header fields, what stands behind it, and attributes as bytes.
struct XFRMAnswer {
    let bytes: [UInt8]
    private let attributes: [UInt16: [UInt8]]

    init(_ bytes: [UInt8]) throws(ScenarioFailure) {
        self.bytes = bytes
        guard bytes.count >= 16, Self.number(bytes, 0, 4) == bytes.count else {
            throw ScenarioFailure("a message of \(bytes.count) bytes has another length in its header")
        }
        let type = XFRMMessageType(rawValue: UInt16(Self.number(bytes, 4, 2)))
        var attributes: [UInt16: [UInt8]] = [:]
        var offset = 16 + Self.fixedByteCount(type, isExplained: bytes[7] & 2 != 0, bytes.count - 16)
        while offset + 4 <= bytes.count {
            let length = Int(Self.number(bytes, offset, 2))
            let type = UInt16(Self.number(bytes, offset + 2, 2))
            guard length >= 4, offset + length <= bytes.count else {
                throw ScenarioFailure("attribute \(type) of \(length) bytes does not fit")
            }
            attributes[type] = Array(bytes[offset + 4..<offset + length])
            offset += (length + 3) & ~3
        }
        self.attributes = attributes
    }

    /// How many bytes stand before the attributes.
    private static func fixedByteCount(_ type: XFRMMessageType, isExplained: Bool, _ whole: Int) -> Int {
        switch type {
        case .newSA, .updateSA: 224
        case .deleteSA: 24
        case .expire: 232
        case .newPolicy, .updatePolicy: 168
        case .deletePolicy: 64
        case .policyExpire: 176
        case .acquire: 280
        case .flushPolicies: 0
        case .error: isExplained ? 20 : whole
        default: whole
        }
    }

    var type: XFRMMessageType { XFRMMessageType(rawValue: UInt16(Self.number(bytes, 4, 2))) }
    var flags: UInt16 { UInt16(Self.number(bytes, 6, 2)) }
    var sequence: UInt32 { UInt32(Self.number(bytes, 8, 4)) }
    var portID: UInt32 { UInt32(Self.number(bytes, 12, 4)) }
    /// Of an acknowledgement.
    var errno: Int32 { Int32(truncatingIfNeeded: Int64(bitPattern: number(0, 4))) == 0 ? 0 : -signed(0) }
    /// What the kernel says of a refusal.
    var words: String? {
        guard type == .error else { return nil }
        return attributes[1].map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    func has(_ attribute: UInt16) -> Bool { attributes[attribute] != nil }

    func attribute(_ type: UInt16) -> [UInt8] { attributes[type] ?? [] }

    /// A number of four bytes in host order within an attribute.
    func value(_ type: UInt16, _ offset: Int) -> UInt64 { Self.number(attribute(type), offset, 4) }

    /// `count` bytes from `offset` behind the header.
    func field(_ offset: Int, _ count: Int) -> [UInt8] { Array(bytes.dropFirst(16 + offset).prefix(count)) }

    /// A number in host order from `offset` behind the header.
    func number(_ offset: Int, _ count: Int) -> UInt64 { Self.number(bytes, 16 + offset, count) }

    private func signed(_ offset: Int) -> Int32 { Int32(truncatingIfNeeded: number(offset, 4)) }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        guard offset >= 0, offset + count <= bytes.count else { return 0 }
        return bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    // MARK: Fields of an SA

    var spi: UInt64 { field(72, 4).reduce(0) { $0 << 8 | UInt64($1) } }
    var mode: UInt64 { number(214, 1) }
    var reqID: UInt64 { number(208, 4) }
    var window: UInt64 { number(215, 1) }
    var flagsOfSA: UInt64 { number(216, 1) }

    // MARK: Fields of a policy

    var priority: UInt64 { number(152, 4) }
    var index: UInt32 { UInt32(number(156, 4)) }
    var direction: UInt64 { number(160, 1) }
    var action: UInt64 { number(161, 1) }
}
