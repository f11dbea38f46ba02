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
        guard case .event(.kernel(let events)) = socket.read(),
            case .refused(let errno)? = events.first?.content
        else { return nil }
        return errno
    }

    @Test func theTraitsAreThoseOfTheInterfaceAndOfTheKernelBehindIt() {
        #expect(OpenKernel.pfKey(on: Wire(), life: "life").traits == .pfKey)
        let simulated = OpenKernel.pfKey(on: Wire(), life: "life", isSimulated: true).traits
        #expect(simulated.name == "PF_KEY" && simulated.kernelName == "simulated" && !simulated.protectsTraffic)
        #expect(simulated.algorithms == KernelTraits.pfKey.algorithms)
    }

    /// Says what it was told to say, and refuses every request; after that it says something else.
    private final class Speaker: @MainActor KernelTransport {
        var messages: [[UInt8]]
        var memory: (allocated: Int, limit: Int)? { nil }

        init(_ messages: [[UInt8]]) { self.messages = messages }

        func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? {
            var refusal = Array(bytes[range].prefix(16))
            (refusal[2], refusal[4], refusal[5]) = (22, 2, 0)
            messages += [refusal, SocketPairLink.message(99, sender: 0)]
            return nil
        }

        func receive(into buffer: inout [UInt8]) -> KernelReception {
            guard !messages.isEmpty else { return .empty }
            let message = messages.removeFirst()
            buffer.replaceSubrange(0..<message.count, with: message)
            return .datagram(byteCount: message.count)
        }

        func activate(_ readable: @escaping () -> Void) {}
        func close() {}
    }

    /// One line for each thing that is read: the numbers of its messages, or what else it is.
    private func readAll(_ socket: KernelSocket) -> [String] {
        var lines: [String] = []
        while case .event(let event) = socket.read() {
            switch event {
            case .kernel(let messages): lines.append(messages.map { "\($0.origin.sequence)" }.joined(separator: " "))
            case .unanswered(let id): lines.append("nothing after \(id.rawValue)")
            default: lines.append("\(event)")
            }
        }
        return lines
    }

    @Test func messagesAreReadTogetherInTheirOrder() {
        let messages = (1...70).map { SocketPairLink.message(UInt8($0), byteCount: $0 % 3 == 0 ? 64 : 16) }
        let socket = KernelSocket(.pfKey(on: Speaker(messages), life: "life"))
        let lines = readAll(socket)
        #expect(lines.count == 3)
        #expect(lines.joined(separator: " ") == (1...70).map { "\($0)" }.joined(separator: " "))
    }

    @Test func aRefusalThatStopsIsReadAlone() throws {
        let socket = KernelSocket(
            .pfKey(on: Speaker((1...3).map { SocketPairLink.message(UInt8($0), sender: 0) }), life: "life"))
        socket.ask(RequestBurst(from: RequestID(rawValue: 5), [.ping], stopsAtRefusal: true))
        #expect(readAll(socket) == ["1 2 3", "5", "99", "nothing after 5"])
    }
}

extension KernelSocket {
    fileprivate func read() -> KernelInput {
        var known = NothingKnown()
        return read(showing: [], knowing: &known)
    }
}
