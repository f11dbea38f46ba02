import IPsec
import KernelBackends
import SetkeyCore
import Testing

@testable import SetkeyDaemon

@Suite struct KernelSocketTests {
    /// Keeps what is sent.
    private final class Wire: @MainActor KernelTransport {
        var sent: [[UInt8]] = []
        var memory: (allocated: Int, limit: Int)? { nil }

        func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? {
            sent.append(Array(bytes[range]))
            return nil
        }

        func receive(into buffer: inout [UInt8]) -> KernelReception { .empty }
        func activate(_ readable: @escaping () -> Void) {}
        func close() {}
    }

    @Test func whatTheInterfaceHasNoBytesForIsNotSentAndBlamedOnNoKernel() throws {
        let wire = Wire()
        let socket = KernelSocket(.pfKey(on: wire, life: "life"))
        let address = try #require(IPAddress("192.0.2.1"))
        var association = SecurityAssociation(
            identity: SAIdentity(destination: address, ipsecProtocol: .esp, spi: SPI(rawValue: 256)), source: address)
        // chacha20-poly1305, for which PF_KEY has no number.
        association.encryption = EncryptionAlgorithm(rawValue: 0x100)
        #expect(refusal(of: .add(association), by: socket, id: 1) == .inexpressible)
        #expect(wire.sent.isEmpty)
        association.encryption = .null
        #expect(refusal(of: .add(association), by: socket, id: 2) == nil)
        #expect(wire.sent.count == 1)
        #expect("\(KernelErrno.inexpressible)" == "the kernel interface in use cannot express this (not sent)")
    }

    private func refusal(of request: KernelRequest, by socket: KernelSocket, id: UInt32) -> KernelErrno? {
        socket.ask(RequestBurst(from: RequestID(rawValue: id), [request], stopsAtRefusal: false))
        guard case .event(.kernel(let event)) = socket.read(showing: []), case .refused(let errno) = event.content
        else { return nil }
        return errno
    }

    @Test func theTraitsAreThoseOfTheInterfaceAndOfTheKernelBehindIt() {
        #expect(OpenKernel.pfKey(on: Wire(), life: "life").traits == .pfKey)
        let simulated = OpenKernel.pfKey(on: Wire(), life: "life", isSimulated: true).traits
        #expect(simulated.name == "PF_KEY" && simulated.kernelName == "simulated" && !simulated.protectsTraffic)
        #expect(simulated.algorithms == KernelTraits.pfKey.algorithms)
    }
}
