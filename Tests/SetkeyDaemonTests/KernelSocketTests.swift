import IPsec
import KernelBackends
import Testing

@testable import SetkeyDaemon

@Suite struct KernelSocketTests {
    /// Keeps what is sent.
    private final class Wire: KernelTransport {
        var sent: [[UInt8]] = []
        var memory: (allocated: Int, limit: Int)? { nil }

        func send(_ datagram: [UInt8]) -> KernelErrno? {
            sent.append(datagram)
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
        #expect(socket.send(.add(association), id: RequestID(rawValue: 1)) == .inexpressible)
        #expect(wire.sent.isEmpty)
        association.encryption = .null
        #expect(socket.send(.add(association), id: RequestID(rawValue: 2)) == nil)
        #expect(wire.sent.count == 1)
        #expect("\(KernelErrno.inexpressible)" == "the kernel interface in use cannot express this (not sent)")
    }

    @Test func theTraitsAreThoseOfTheInterfaceAndOfTheKernelBehindIt() {
        #expect(OpenKernel.pfKey(on: Wire(), life: "life").traits == .pfKey)
        let simulated = OpenKernel.pfKey(on: Wire(), life: "life", isSimulated: true).traits
        #expect(simulated.name == "PF_KEY" && simulated.kernelName == "simulated" && !simulated.protectsTraffic)
        #expect(simulated.algorithms == KernelTraits.pfKey.algorithms)
    }
}
