package import KernelBackends

/// A message of the kernel as scenarios look at it: header fields, and extensions as bytes.
package struct Answer {
    package let bytes: [UInt8]
    /// The extension numbers in their order.
    package let extensions: [UInt16]
    private let bodies: [UInt16: ArraySlice<UInt8>]

    package init(_ bytes: [UInt8]) throws(ScenarioFailure) {
        self.bytes = bytes
        guard bytes.count >= 16, Int(bytes[4]) * 8 + Int(bytes[5]) << 11 == bytes.count else {
            throw ScenarioFailure("a message of \(bytes.count) bytes has another length in its header")
        }
        var extensions: [UInt16] = []
        var bodies: [UInt16: ArraySlice<UInt8>] = [:]
        var offset = 16
        while offset + 4 <= bytes.count {
            let length = 8 * (Int(bytes[offset]) + Int(bytes[offset + 1]) << 8)
            let type = UInt16(bytes[offset + 2]) + UInt16(bytes[offset + 3]) << 8
            guard length >= 8, offset + length <= bytes.count else {
                throw ScenarioFailure("extension \(type) of \(length) bytes does not fit")
            }
            extensions.append(type)
            bodies[type] = bytes[offset..<offset + length]
            offset += length
        }
        self.extensions = extensions
        self.bodies = bodies
    }

    package var type: PFKeyMessageType { PFKeyMessageType(rawValue: bytes[1]) }
    package var errno: UInt8 { bytes[2] }
    package var saType: PFKeySAType { PFKeySAType(rawValue: bytes[3]) }
    package var reserved: UInt16 { UInt16(bytes[6]) + UInt16(bytes[7]) << 8 }
    package var sequence: UInt32 { UInt32(truncatingIfNeeded: number(bytes[8..<12])) }
    package var processID: UInt32 { UInt32(truncatingIfNeeded: number(bytes[12..<16])) }
    /// Whether it is a header alone.
    package var isBare: Bool { bytes.count == 16 }

    package func has(_ type: PFKeyExtensionType) -> Bool { bodies[type.rawValue] != nil }

    /// `count` bytes of an extension, from `offset` within it; empty where they are not there.
    package func field(_ type: PFKeyExtensionType, _ offset: Int, _ count: Int) -> [UInt8] {
        Array(bodies[type.rawValue]?.dropFirst(offset).prefix(count) ?? [])
    }

    /// A number of an extension in host order, `count` bytes from `offset` within it.
    package func number(_ type: PFKeyExtensionType, _ offset: Int, _ count: Int) -> UInt64 {
        number(field(type, offset, count)[...])
    }

    private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    // MARK: Fields by their names

    package var spi: UInt64 { number(field(.association, 4, 4).reversed()[...]) }
    package var replay: UInt64 { number(.association, 8, 1) }
    /// 0 larval, 1 mature, 2 dying, 3 dead.
    package var state: UInt64 { number(.association, 9, 1) }
    package var integrity: UInt64 { number(.association, 10, 1) }
    package var encryption: UInt64 { number(.association, 11, 1) }
    package var mode: UInt64 { number(.association2, 4, 1) }
    package var reqID: UInt64 { number(.association2, 12, 4) }
    package var policyType: UInt64 { number(.policy, 4, 2) }
    package var policyDirection: UInt64 { number(.policy, 6, 1) }
    package var policyID: UInt32 { UInt32(truncatingIfNeeded: number(.policy, 8, 4)) }
    package var policyPriority: UInt64 { number(.policy, 12, 4) }

    /// The part of a lifetime extension in host order: packets, bytes, addtime, usetime.
    package func lifetime(_ type: PFKeyExtensionType) -> [UInt64] {
        [number(type, 4, 4), number(type, 8, 8), number(type, 16, 8), number(type, 24, 8)]
    }

    /// Level and reqid of the policy's transform at `offset` within its requests.
    package func transform(at offset: Int) -> (length: UInt64, mode: UInt64, level: UInt64, reqID: UInt64) {
        let start = 16 + offset
        return (
            number(.policy, start, 2), number(.policy, start + 4, 1), number(.policy, start + 5, 1),
            number(.policy, start + 8, 4)
        )
    }
}
