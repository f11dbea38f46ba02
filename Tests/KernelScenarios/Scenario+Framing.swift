import IPsec
import KernelBackends

/// The SA that most scenarios use, and the ends of it.
enum Sample {
    static let source = IPAddress(ipv4: 0x0a01_0001)
    static let destination = IPAddress(ipv4: 0x0a01_0002)
    static let source6 = IPAddress(ipv6: 0x2001_0db8_0000_0000, 1)
    static let destination6 = IPAddress(ipv6: 0x2001_0db8_0000_0000, 2)

    /// ESP with aes-cbc-128 and hmac-sha256.
    static func esp(_ type: PFKeyMessageType = .add, spi: UInt32 = 0x1001, replay: UInt8 = 4, sequence: UInt32 = 7)
        -> Request
    {
        Request(type, .esp, sequence: sequence).association(spi: spi, replay: replay, integrity: 5, encryption: 12)
            .ends(source, destination).key(.integrityKey, bits: 256).key(.encryptionKey, bits: 128)
    }

    /// ESP with one cipher and one integrity algorithm.
    static func esp(cipher: UInt8, bits: UInt16, integrity: UInt8 = 0, integrityBits: UInt16? = nil) -> Request {
        let request = Request(.add, .esp).association(spi: 0x1001, integrity: integrity, encryption: cipher)
            .ends(source, destination).key(.encryptionKey, bits: bits)
        return integrityBits.map { request.key(.integrityKey, bits: $0) } ?? request
    }

    static func reference(_ type: PFKeyMessageType, spi: UInt32 = 0x1001, _ saType: PFKeySAType = .esp) -> Request {
        Request(type, saType).association(spi: spi).ends(source, destination)
    }
}

extension Scenario {
    static let framing: [Scenario] = [
        Scenario("a datagram shorter than a header fails in send with EMSGSIZE") {
            try $0.send(Array(Request(.flush).bytes.prefix(15)), failsWith: .messageSize)
            try $0.send([], failsWith: .messageSize)
        },
        Scenario("a length that does not match fails in send with EMSGSIZE") {
            try $0.send(Request(.flush).replacing(4, with: 3).bytes, failsWith: .messageSize)
            try $0.send(Request(.flush).bytes + Request(.flush).bytes, failsWith: .messageSize)
        },
        Scenario("a datagram longer than the send buffer fails in send with EMSGSIZE") {
            try $0.send(Request(.flush).withRaw(Array(repeating: 0, count: 425_984)).bytes, failsWith: .messageSize)
        },
        Scenario("version, type and reserved bytes out of range fail in send with EINVAL") {
            try $0.send(Request(.flush).replacing(0, with: 1).bytes, failsWith: .invalidArgument)
            try $0.send(Request(.flush).replacing(1, with: 0).bytes, failsWith: .invalidArgument)
            try $0.send(Request(.flush).replacing(1, with: 25).bytes, failsWith: .invalidArgument)
            try $0.send(Request(.flush).replacing(6, with: 1).bytes, failsWith: .invalidArgument)
        },
        Scenario("a wrong version is found before a wrong length") {
            try $0.send(Request(.flush).replacing(0, with: 1).replacing(4, with: 9).bytes, failsWith: .invalidArgument)
        },
        Scenario("malformed extensions are refused with EINVAL") {
            try $0.refused(Request(.flush).withRaw([0, 0, 1, 0, 0, 0, 0, 0]), .invalidArgument)
            try $0.refused(Request(.flush).withRaw([2, 0, 1, 0, 0, 0, 0, 0]), .invalidArgument)
            try $0.refused(Request(.flush).withRaw([1, 0, 0, 0, 0, 0, 0, 0]), .invalidArgument)
            try $0.refused(Request(.flush).withRaw([1, 0, 1, 0, 0, 0, 0, 0]), .invalidArgument)
        },
        Scenario("an extension that occurs twice is refused with EINVAL") {
            try $0.refused(Request(.flush).association(spi: 1).association(spi: 1), .invalidArgument)
        },
        Scenario("trailing bytes that are not a word pass send and are refused with EINVAL") {
            try $0.refused(Request(.flush).withRaw([1, 2, 3, 4]), .invalidArgument)
        },
        Scenario("unknown extensions are ignored") {
            let unknown = Sample.esp().with(PFKeyExtensionType(rawValue: 27), [1, 2, 3, 4])
                .with(PFKeyExtensionType(rawValue: 999), [1, 2, 3, 4])
            try $0.broadcast(unknown)
        },
        Scenario("addresses with a bad family, length or prefix are refused with EINVAL") {
            let request = Request(.getSPI, .esp).address(.destination, Sample.destination)
            try $0.refused(
                request.with(.source, [0, 32, 0, 0, 1, 0, 0, 0] + le(UInt64(0)) + le(UInt32(0))), .invalidArgument)
            try $0.refused(request.address(.source, Sample.source, prefix: 33), .invalidArgument)
            try $0.refused(
                request.with(.source, [0, 32, 0, 0] + Request.socketAddress(Sample.source) + le(UInt64(0))),
                .invalidArgument)
            try $0.refused(Request(.getSPI, .esp).ends(Sample.source, Sample.destination6), .invalidArgument)
        },
        Scenario("a key that has more bits than its extension is refused with EINVAL") {
            let request = Request(.add, .esp).association(spi: 1, encryption: 12).ends(
                Sample.source, Sample.destination)
            try $0.refused(
                request.with(.encryptionKey, le(UInt16(192)) + [0, 0] + Array(repeating: 1, count: 16)),
                .invalidArgument)
        },
        Scenario("message types that Linux does not take are refused with EOPNOTSUPP") {
            for number: UInt8 in [8, 12, 17, 21, 23] {
                try $0.refused(Request(PFKeyMessageType(rawValue: number)), .operationUnsupported)
            }
        },
        Scenario("an errno in a request is ignored, and answered as 0") {
            try $0.send(Request(.flush, errno: 9))
            try $0.equal(try $0.next().errno, 0, "errno")
        },
        Scenario("a user's ACQUIRE is never answered when it is a bare header") {
            try $0.send(Request(.acquire, .esp, sequence: 99, errno: 3))
            try $0.send(Request(.acquire, .esp, sequence: 0))
            try $0.silence()
        },
        Scenario("a user's ACQUIRE with extensions is refused with EOPNOTSUPP") {
            try $0.refused(Request(.acquire, .esp).association(spi: 1), .operationUnsupported)
        },
    ]
}
