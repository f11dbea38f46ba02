import IPsec
import KernelBackends
import KernelScenarios
import TestSupport

/// A simulated kernel with a clock and two sockets, and requests in short.
struct SimulatedFixture {
    static let source = IPAddress(ipv4: 0x0a01_0001)
    static let destination = IPAddress(ipv4: 0x0a01_0002)

    var kernel: SimulatedKernel
    var now: SimulatedKernel.Instant
    let asker: SimulatedKernel.SocketID
    let listener: SimulatedKernel.SocketID

    init(release: SimulatedKernel.Release = .linux6_1, faults: FaultPlan = .none) {
        now = SimulatedKernel.Instant(seconds: 1_800_000_000)
        kernel = SimulatedKernel(release: release, startingAt: now)
        kernel.faults = faults
        asker = kernel.open()
        listener = kernel.open()
    }

    /// Sends, and gives all that the asker then receives.
    mutating func ask(_ request: Request) throws -> [Answer] {
        _ = kernel.send(request.bytes, from: asker, at: now)
        return try received(on: asker)
    }

    mutating func received(on socket: SimulatedKernel.SocketID) throws -> [Answer] {
        var answers: [Answer] = []
        while let bytes = kernel.receive(on: socket) { answers.append(try Answer(bytes)) }
        return answers
    }

    mutating func wait(seconds: UInt64) {
        now = now.advanced(bySeconds: seconds)
        kernel.advance(to: now)
    }

    static func add(
        spi: UInt32, from source: IPAddress = SimulatedFixture.source,
        to destination: IPAddress = SimulatedFixture.destination, reqID: UInt32 = 0
    ) -> Request {
        Request(.add, .esp).association(spi: spi, encryption: 11).ends(source, destination)
            .key(.encryptionKey, bits: 0).association2(mode: 1, reqID: reqID)
    }

    static func reference(_ type: PFKeyMessageType, spi: UInt32) -> Request {
        Request(type, .esp).association(spi: spi).ends(source, destination)
    }

    static func policy(
        _ type: PFKeyMessageType = .spdAdd, priority: UInt32 = 5, action: UInt16 = 2, direction: UInt8 = 2,
        level: UInt8 = 2, reqID: UInt32 = 0
    ) -> Request {
        Request(type).address(.source, source, nextLayer: 255).address(.destination, destination, nextLayer: 255)
            .policy(
                type: action, direction: direction, priority: priority,
                action == 2 ? [Request.transform(level: level, reqID: reqID)] : [])
    }

    static func identity(spi: UInt32) -> SAIdentity {
        SAIdentity(destination: destination, ipsecProtocol: .esp, spi: SPI(rawValue: spi))
    }

    static let packet = SimulatedKernel.Packet(from: source, to: destination, byteCount: 100)
}
