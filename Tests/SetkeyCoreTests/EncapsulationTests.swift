import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// Which UDP ports are open for ESP in UDP.
struct EncapsulationTests {
    private static let client = """
        add 10.0.1.2[4500] 192.0.2.1[4500] esp-udp 0x3001 -E null ;
        add 192.0.2.1[4500] 10.0.1.2[4501] esp-udp 0x3002 -E null ;
        add 192.0.2.1 10.0.1.2 esp 0x3003 -E null ;
        add 2001:db8::1 2001:db8::2 esp-udp 0x3004 -E null ;
        add 192.0.2.7[9] 10.0.1.2[4501] esp-udp 0x3005 -E null ;
        """
    private static let ends = ["192.0.2.1[4500]", "10.0.1.2[4501]", "2001:db8::2[4500]"]

    private func started(_ file: String, errors: [UDPEndpoint: KernelErrno] = [:]) -> Machine {
        var machine = Machine(file: file, protectsTraffic: true)
        machine.portErrors = errors
        machine.start()
        return machine
    }

    private func reload(_ machine: inout Machine) {
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
    }

    @Test func aFlushLeavesThePoliciesOfSockets() {
        var machine = Machine()
        let now = SimulatedKernel.Instant(seconds: UInt64(machine.seconds))
        machine.kernel.insertSocketPolicy(.socketInbound, at: now)
        machine.kernel.insertSocketPolicy(.socketOutbound, at: now)
        machine.foreignRun(Texts.policy(1) + Texts.policy(2))
        machine.start()
        #expect(machine.daemon.mirror.policies.count == 4)
        machine.foreignRequest(.flushPolicies)
        // What the mirror has now comes from the message alone.
        while let datagram = machine.kernel.receive(on: machine.sockets.socket) {
            let news = machine.translation.news(of: .message(byteCount: datagram.count, stop: nil), in: datagram)
            if let event = Event(news) { machine.queue(event) }
        }
        var directions: Set<Direction> = []
        machine.daemon.mirror.policies.forEach { directions.insert($0.identity.direction) }
        #expect(directions == [.socketInbound, .socketOutbound])
        #expect(machine.daemon.mirror.policies.count == 2)
    }

    @Test func theBypassPoliciesOfSocketsAreNotCounted() throws {
        var machine = Machine(file: Texts.policy(1))
        machine.kernel.insertSocketPolicy(.socketInbound, at: .init(seconds: UInt64(machine.seconds)))
        machine.kernel.insertSocketPolicy(.socketOutbound, at: .init(seconds: UInt64(machine.seconds)))
        machine.start()
        machine.post(.called(Machine.root, .status))
        guard case .status(let status) = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(status.policies == 1 && status.foreignPolicies == 0 && status.missingPolicies == 0)
        // They are there all the same.
        machine.post(.called(Machine.root, .listPolicies(ListPoliciesParameters())))
        guard case .policies(let reply) = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(reply.policies.count == 3)
        var parameters = ListPoliciesParameters()
        parameters.hidePerSocket = true
        machine.post(.called(Machine.root, .listPolicies(parameters)))
        guard case .policies(let others) = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(others.policies.map(\.direction) == [.known(.outbound)])
    }

    @Test func theDestinationsOfTheFilesAssociationsAreOpenedEachOnce() {
        #expect(started(Self.client).openPorts.map { $0.map(\.description) } == [Self.ends])
    }

    @Test func aFileWithoutSuchAnAssociationOpensNothing() {
        #expect(started(Texts.tunnel).openPorts.isEmpty)
    }

    @Test func aPortIsClosedWithTheLastDeclarationThatNeedsIt() {
        var machine = started(Self.client)
        machine.file = Self.client + "delete 192.0.2.1 10.0.1.2 esp 0x3002 ;"
        reload(&machine)
        #expect(machine.openPorts.count == 2 && Set(machine.openPorts[1].map(\.description)) == Set(Self.ends))
        machine.file = "add 192.0.2.1 10.0.1.2 esp 0x3003 -E null ;"
        reload(&machine)
        #expect(machine.openPorts.count == 3 && machine.openPorts[2].isEmpty)
        reload(&machine)
        #expect(machine.openPorts.count == 3)
    }

    @Test func aRevertedReloadOpensWhatWasOpenBefore() {
        var machine = started(Self.client)
        machine.file = ""
        reload(&machine)
        #expect(machine.openPorts.last == [])
        machine.post(.called(Machine.root, .revert))
        #expect(machine.openPorts.last?.map(\.description) == Self.ends)
    }

    @Test func aRefusedReloadLeavesThePortsAlone() {
        var machine = started(Self.client)
        machine.file = "nonsense ;"
        reload(&machine)
        #expect(machine.openPorts.count == 1)
    }

    @Test func anAssociationThatARunAddsOpensNothingAndThatIsSaidOnce() throws {
        var machine = started("")
        let reply = try machine.run(Self.client)
        #expect(machine.openPorts.isEmpty && reply.executed == 5 && reply.failures == nil)
        let warnings = reply.warnings ?? []
        #expect(warnings.count == 1 && warnings[0].operation == "add esp 192.0.2.1 spi 0x3001", "\(warnings)")
        #expect(warnings[0].reason.contains("192.0.2.1[4500]") && warnings[0].reason.contains("test.conf"))
    }

    @Test func aRunForAPortThatTheFileHasOpenIsNotWarnedOf() throws {
        var machine = started(Self.client)
        let open = try machine.run("add 192.0.2.77 192.0.2.1 esp-udp 0x4001 -E null ; add ::1 ::2 esp 256 -E null ;")
        #expect(open.warnings == nil && open.failures == nil)
        let other = try machine.run("add 192.0.2.77 192.0.2.1[4502] esp-udp 0x4002 -E null ;")
        #expect(other.warnings?.first?.reason.contains("192.0.2.1[4502]") == true)
        let taken = UDPEndpoint(address: IPAddress(ipv4: 0x0a00_0102), port: 4501)
        var closed = started(Self.client, errors: [taken: .addressInUse])
        let reply = try closed.run("add 192.0.2.77 10.0.1.2[4501] esp-udp 0x4001 -E null ;")
        #expect(reply.warnings?.first?.reason.contains("EADDRINUSE") == true)
        // Nothing arrives at a simulated kernel.
        var simulated = Machine.started(file: "")
        #expect(try simulated.run(Self.client).warnings == nil)
    }

    @Test func aSimulatedKernelOpensNothing() {
        #expect(Machine.started(file: Self.client).openPorts.isEmpty)
    }

    @Test func aPortThatIsTakenIsAWarningAndIsTriedAgain() throws {
        let taken = UDPEndpoint(address: IPAddress(ipv4: 0x0a00_0102), port: 4501)
        var machine = started(Self.client, errors: [taken: .addressInUse])
        #expect(machine.isReady == true)
        let warnings = machine.log.filter { $0.kind == .portClosed && $0.message.contains("10.0.1.2[4501]") }
        #expect(warnings.count == 1 && warnings[0].message.contains("EADDRINUSE"))
        var now = try machine.askStatus()
        #expect(now.settled && now.closedPorts == [ClosedPort(taken, .addressInUse).description])
        machine.portErrors = [:]
        reload(&machine)
        now = try machine.askStatus()
        #expect(machine.openPorts.count == 2 && now.closedPorts == nil)
    }

    @Test func noMoreThanTheLimitAreOpened() {
        let file = (1...300).map { "add 192.0.2.1 10.0.\($0 / 250).\($0 % 250) esp-udp 0x1000 -E null ;\n" }.joined()
        let machine = started(file)
        #expect(machine.openPorts.map(\.count) == [ArrivalPorts.limit])
        #expect(machine.log.contains { $0.priority == .warning && $0.message.contains("300 addresses and ports") })
    }
}
