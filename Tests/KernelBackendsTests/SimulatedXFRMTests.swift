import IPsec
import KernelBackends
import TestSupport
import Testing

/// The simulated kernel's second door: what goes wrong there, and bytes that are no requests.
@Suite struct SimulatedXFRMTests {
    private static let portID: UInt32 = 0x5e7d_0001

    /// An SA without encryption.
    private static func sa(_ spi: UInt32) -> SecurityAssociation {
        let identity = SAIdentity(
            destination: PFKeySamples.ipv4.destination, ipsecProtocol: .esp, spi: SPI(rawValue: spi))
        var sa = SecurityAssociation(identity: identity, source: PFKeySamples.ipv4.source)
        sa.mode = .transport
        sa.encryption = EncryptionAlgorithm(rawValue: 11)
        return sa
    }

    /// A kernel with a program at its second door.
    private struct Fixture {
        var kernel: SimulatedKernel
        var door: SimulatedXFRMDoor
        var codec = XFRMCodec(processID: 1, portID: SimulatedXFRMTests.portID)
        private var id = RequestID(rawValue: 1)
        private let now = SimulatedKernel.Instant(seconds: 1_800_000_000)

        init(receiveLimit: Int = 16 << 20) {
            kernel = SimulatedKernel(startingAt: now)
            door = SimulatedXFRMDoor(
                of: &kernel, portID: SimulatedXFRMTests.portID, receiveLimit: receiveLimit)
        }

        /// Asks, and gives what is received until nothing is left; a loss is `nil`.
        mutating func ask(_ request: KernelRequest) throws -> [KernelEvent.Content?] {
            id = id.next
            var bytes: [UInt8] = []
            try codec.encode(request, id: id, into: &bytes)
            _ = kernel.send(bytes, from: door.socket, at: now)
            return received()
        }

        mutating func received() -> [KernelEvent.Content?] {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var contents: [KernelEvent.Content?] = []
            while true {
                switch door.receive(from: &kernel, into: &buffer) {
                case .datagram(let byteCount): contents.append(codec.decode(Array(buffer[..<byteCount])).content)
                case .overrun: contents.append(nil)
                case .empty, .failed: return contents
                }
            }
        }

        mutating func add(_ count: Int) throws {
            for number in 0..<count { _ = try ask(.add(SimulatedXFRMTests.sa(0x1000 + UInt32(number)))) }
        }
    }

    @Test func aSocketThatADumpHasLeftBusyIsOpenedAnew() throws {
        var fixture = Fixture()
        try fixture.add(100)
        fixture.kernel.faults = FaultPlan([.init(.exhaustDump(afterDatagrams: 1), on: .dump, occurrences: 1...1)])
        let broken = try fixture.ask(.dump(nil))
        // Its first datagram comes, and then the error; it has no end.
        #expect(broken.contains { $0 == nil })
        #expect(!broken.contains { if case .dumpEnded? = $0 { true } else { false } })
        let whole = try fixture.ask(.dump(nil))
        #expect(whole.count { if case .dumped? = $0 { true } else { false } } == 100)
        guard case .dumpEnded(complete: true)?? = whole.last else {
            Issue.record("the next dump has no end")
            return
        }
    }

    @Test func aDumpThatFailsAtOnceIsARefusalAndLeavesNothingBusy() throws {
        var fixture = Fixture()
        try fixture.add(3)
        fixture.kernel.faults = FaultPlan([.init(.exhaustDump(afterDatagrams: 0), on: .dump, occurrences: 1...1)])
        guard case .refused(.noBuffers)?? = try fixture.ask(.dump(nil)).first else {
            Issue.record("not refused")
            return
        }
        #expect(try fixture.ask(.dump(nil)).count == 4)
    }

    @Test func eventsThatAreLostAreToldAsALossAfterThoseBefore() throws {
        var fixture = Fixture(receiveLimit: 8192)
        let foreign = fixture.kernel.openNetlink(portID: 5)
        var other = XFRMCodec(processID: 2, portID: 5)
        for spi: UInt32 in 1...50 {
            var bytes: [UInt8] = []
            try other.encode(.add(Self.sa(0x2000 + spi)), id: RequestID(rawValue: spi), into: &bytes)
            _ = fixture.kernel.send(bytes, from: foreign, at: SimulatedKernel.Instant(seconds: 1_800_000_000))
        }
        let contents = fixture.received()
        #expect(contents.count > 2 && contents.count < 50)
        #expect(contents.last.map { $0 == nil } == true)
        #expect(contents.dropLast().allSatisfy { $0 != nil })
    }

    @Test func aFaultStrikesBothSocketsOfItsRequester() throws {
        var fixture = Fixture()
        fixture.kernel.faults = FaultPlan([.init(.loseAnswers, on: .add)])
        #expect(try fixture.ask(.add(PFKeySamples.espSA())).isEmpty)
        #expect(fixture.kernel.associationCount == 1)
        fixture.kernel.faults = FaultPlan([.init(.refuse(.outOfMemory), on: .delete)])
        guard case .refused(.outOfMemory)?? = try fixture.ask(.delete(PFKeySamples.reference)).first else {
            Issue.record("not refused")
            return
        }
    }

    /// 50,000 damaged requests a run: nothing traps the kernel, and what it answers is whole.
    @Test(arguments: [1, UInt64.random(in: .min ... .max)])
    func noDatagramTrapsTheKernel(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        var fixture = Fixture()
        let samples = try XFRMSamples.requests.map { request in
            var codec = XFRMSamples.codec()
            return try XFRMSamples.bytes(of: request, &codec)
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        for round in 0..<25_000 {
            let bytes = samples[round % samples.count].damaged(&random)
            _ = fixture.kernel.send(bytes, from: fixture.door.socket, at: .init(seconds: 1_800_000_000))
            while case .datagram(let byteCount) = fixture.door.receive(from: &fixture.kernel, into: &buffer) {
                #expect(NetlinkHeader(ofMessage: buffer.span.extracting(0..<byteCount)) != nil, "seed \(seed)")
            }
            if fixture.kernel.associationCount > 500 { _ = try fixture.ask(.flush(nil)) }
            if fixture.kernel.policyCount > 500 { _ = try fixture.ask(.flushPolicies) }
        }
    }
}
