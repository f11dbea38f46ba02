import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// A daemon beside a kernel of a few lines, which has policies and knows devices by numbers.
private struct DeviceMachine {
    private static let settings = Daemon.Settings(
        configurationPath: "test.conf", processID: 99, kernelLife: "life", drift: .report,
        parserOptions: ParserOptions(traits: .xfrm, allowsInclude: false))

    var daemon = Daemon(settings: settings)
    private(set) var devices = Devices.none
    /// What the kernel has; devices by number.
    private(set) var kernel: [PolicyIdentity: SecurityPolicy] = [:]
    private(set) var log: [LogEntry] = []
    private(set) var writes = 0
    private(set) var dumps = 0
    private(set) var associationDumps = 0
    private(set) var written: [OwnershipAddition] = []
    /// How often the daemon has asked to be told when the kernel has done all that comes of what it has told.
    private(set) var settlings = 0
    var file = ""
    private var events: [Event] = []

    init(_ file: String, _ present: [(String, UInt32)] = []) {
        self.file = file
        for (name, number) in present { devices.insert(name, number) }
        post(.devices(devices))
        post(.started(RestoredState()))
    }

    /// Which policies the kernel has, by port and number of the device.
    var policies: [String] {
        kernel.keys.map { "\($0.selector.sourcePort) \($0.device?.description ?? "-")" }.sorted()
    }

    var status: StatusReply { daemon.status }

    mutating func change(_ change: (inout Devices) -> Void) {
        change(&devices)
        post(.devices(devices))
    }

    /// The daemon ends and is started again; meanwhile devices change.
    mutating func restart(_ change: (inout Devices) -> Void) {
        var reader = OwnershipRecord.Reader()
        let snapshot = OwnershipSnapshot(ownership: daemon.ownership, time: 1000, fingerprint: nil)
        reader.take((OwnershipAddition.head(life: "life") + snapshot.text)[...])
        daemon = Daemon(settings: Self.settings)
        change(&devices)
        post(.devices(devices))
        var state = RestoredState()
        state.ownership = reader.record
        post(.started(state))
    }

    mutating func settle() { post(.devicesSettled) }

    mutating func reload() { post(.reloadRequested) }

    mutating func foreign(_ policy: SecurityPolicy) {
        kernel[policy.identity] = policy
        let origin = KernelEvent.Origin(request: nil, processID: 7, sequence: 0)
        post(.kernel([KernelEvent(origin: origin, content: .policy(.added, told(policy)))]))
    }

    mutating func foreign(_ association: SecurityAssociation) {
        let origin = KernelEvent.Origin(request: nil, processID: 7, sequence: 0)
        post(.kernel([KernelEvent(origin: origin, content: .association(.added, association))]))
    }

    private mutating func post(_ event: Event) {
        events.append(event)
        while !events.isEmpty {
            let event = events.removeFirst()
            for effect in daemon.handle(event, at: Instant(seconds: 1000, microseconds: 0, monotonic: 1)) {
                perform(effect)
            }
        }
    }

    private mutating func perform(_ effect: Effect) {
        switch effect {
        case .burst(let burst):
            var id = burst.firstID
            for request in burst.requests {
                for content in answers(to: request) {
                    let origin = KernelEvent.Origin(request: id, processID: 99, sequence: id.rawValue)
                    events.append(.kernel([KernelEvent(origin: origin, content: content)]))
                }
                id = id.next
            }
        case .readConfiguration(let purpose): events.append(.configuration(configuration, purpose))
        case .record(let change):
            if case .append(let addition) = change { written.append(addition) }
            events.append(.recorded(complaint: nil))
        case .nextTurn: events.append(.turn)
        case .settleDevices: settlings += 1
        case .log(let entry): log.append(entry)
        default: break
        }
    }

    private var configuration: Configuration {
        var parser = Parser(Array(file.utf8), options: Self.settings.parserOptions)
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        return .loaded(
            LoadedConfiguration(
                desired: evaluation.finish(), warnings: [], locate: StatementLocator { _ in "test.conf:1" },
                fingerprint: Fingerprint(rawValue: UInt64(file.utf8.count))))
    }

    private func told(_ policy: SecurityPolicy) -> SecurityPolicy {
        guard case .numbered(let number)? = policy.identity.device else { return policy }
        var policy = policy
        policy.identity = policy.identity.bound(to: devices.device(number))
        return policy
    }

    private func stored(_ identity: PolicyIdentity) -> PolicyIdentity? {
        guard let device = identity.device else { return identity }
        return devices.number(of: device).map { identity.bound(to: .numbered($0)) }
    }

    private mutating func answers(to request: KernelRequest) -> [KernelEvent.Content] {
        switch request {
        case .subscribe: return [.subscribed]
        case .dump:
            associationDumps += 1
            return [.dumpEnded(complete: true)]
        case .dumpPolicies:
            dumps += 1
            return kernel.values.map { .dumpedPolicy(told($0), isLast: false) } + [.dumpEnded(complete: true)]
        case .addPolicy(let policy):
            guard let identity = stored(policy.identity) else { return [.refused(.inexpressible)] }
            guard kernel[identity] == nil else { return [.refused(.exists)] }
            writes += 1
            var policy = policy
            policy.identity = identity
            kernel[identity] = policy
            return [.policy(.added, told(policy))]
        case .deletePolicy(let asked):
            guard let identity = stored(asked), let policy = kernel.removeValue(forKey: identity) else {
                return [.refused(.noEntry)]
            }
            writes += 1
            return [.policy(.deleted, told(policy))]
        default: return [.refused(.invalidArgument)]
        }
    }
}

/// Policies that are bound to network devices follow them.
struct DeviceTests {
    /// What is not asked for at all does not overtake what was asked for before it.
    @Test(arguments: [
        "add 192.0.2.1 192.0.2.2 esp 0x1000 -E null ; add 192.0.2.1 192.0.2.2 esp 0x1001 -hwif none0 out -E null ;",
        "add 192.0.2.1 192.0.2.2 esp 0x1000 -E null ; spdadd 10.0.0.1 10.0.0.2 any -dev none0 -P out none ;",
    ])
    func aDeviceThatIsNotThereFailsInItsTurn(_ text: String) throws {
        for atomic in [false, true] {
            var machine = Machine.started(on: .xfrm)
            machine.foreignRun("add 192.0.2.1 192.0.2.2 esp 0x1000 -E null ;")
            machine.settle()
            let reply = try machine.run(text, atomic: atomic)
            let expected: [KernelErrno] = atomic ? [.exists] : [.exists, .noDevice]
            #expect(reply.failures?.map(\.errno) == expected.map { Int($0.rawValue) })
        }
    }

    private static let file = """
        spdadd ::/0[1] ::/0 tcp -P out none;
        spdadd ::/0[2] ::/0 tcp -dev eth0 -P out none;
        spdadd ::/0[3] ::/0 tcp -dev eth0 -if_id 7 -P in discard;
        """

    @Test func aPolicyWaitsForItsDeviceAndTheFileIsSettled() {
        let machine = DeviceMachine(Self.file)
        #expect(machine.policies == ["1 -"])
        let status = machine.status
        #expect(status.settled && status.state == "settled" && status.drifted == 0)
        #expect(status.waitingPolicies == 2 && status.awaitedDevices == ["eth0"] && status.missingPolicies == 2)
        let waiting = machine.log.filter { $0.kind == .deviceAwaited }
        #expect(waiting.count == 2)
        #expect(
            waiting.first?.message
                == "test.conf:1: policy out ::/0[2] ::/0[any] 6 dev eth0 waits: there is no device eth0")
    }

    @Test func itGoesInWhenTheDeviceComesAndOutWhenThatIsGone() {
        var machine = DeviceMachine(Self.file, [("lo", 1)])
        machine.change { $0.insert("eth0", 5) }
        #expect(machine.policies == ["1 -", "2 index:5", "3 index:5"])
        #expect(machine.status.waitingPolicies == nil && machine.status.missingPolicies == 0)
        #expect(machine.log.count { $0.kind == .deviceFollowed } == 2)
        machine.change { $0.remove(5) }
        #expect(machine.policies == ["1 -"])
        #expect(machine.status.waitingPolicies == 2)
        #expect(machine.daemon.ownership.leftover.isEmpty)
        machine.change { $0.insert("eth0", 9) }
        #expect(machine.policies == ["1 -", "2 index:9", "3 index:9"])
        #expect(!machine.log.contains { $0.kind == .drift })
        #expect(machine.status.settled)
    }

    @Test func anotherNumberAtOnceIsFollowed() {
        var machine = DeviceMachine(Self.file, [("eth0", 5)])
        #expect(machine.policies == ["1 -", "2 index:5", "3 index:5"])
        machine.change {
            $0.remove(5)
            $0.insert("eth0", 6)
        }
        #expect(machine.policies == ["1 -", "2 index:6", "3 index:6"])
    }

    /// The kernel's policy is for the device that has another name now, and the file's is not.
    @Test func aDeviceWithAnotherNameIsAnother() {
        var machine = DeviceMachine(Self.file, [("eth0", 5), ("eth1", 6)])
        machine.change { $0.insert("lan0", 5) }
        #expect(machine.policies == ["1 -"])
        #expect(machine.status.waitingPolicies == 2)
        machine.change { $0.insert("eth0", 6) }
        #expect(machine.policies == ["1 -", "2 index:6", "3 index:6"])
    }

    @Test func twoDevicesThatChangeNamesChangePolicies() {
        let file = Self.file + "spdadd ::/0[2] ::/0 tcp -dev eth1 -P out discard;"
        var machine = DeviceMachine(file, [("eth0", 5), ("eth1", 6)])
        let before = machine.writes
        machine.change {
            $0.remove(5)
            $0.remove(6)
            $0.insert("eth0", 6)
            $0.insert("eth1", 5)
        }
        #expect(machine.policies == ["1 -", "2 index:5", "2 index:6", "3 index:6"])
        #expect(machine.writes > before)
        #expect(machine.daemon.ownership.leftover.isEmpty)
    }

    /// The kernel removes the SAs of a device that goes down, without a word, and after it has told that; it leaves others
    /// alone.
    @Test func theAssociationsAreReadAgainWhenADeviceThatDoesTheirWorkGoesDown() throws {
        var machine = DeviceMachine("", [("eth0", 2), ("eth1", 3)])
        machine.foreign(try Self.association(0x1001, at: "eth0"))
        let before = machine.associationDumps
        machine.change { $0.insert("eth1", 3, isUp: false) }
        machine.change { $0.insert("eth0", 2) }
        #expect(machine.settlings == 0)
        machine.change { $0.insert("eth0", 2, isUp: false) }
        #expect(machine.settlings == 1)
        #expect(machine.associationDumps == before)
        machine.settle()
        #expect(machine.associationDumps == before + 1)
        machine.change { $0.insert("eth0", 2) }
        machine.change { $0.remove(2) }
        #expect(machine.settlings == 2)
    }

    /// What has been put back is gone with a device that was down already, and has the new name of one that is renamed.
    @Test func soTheyAreWhenADeviceGoesAwayOrIsRenamed() throws {
        var machine = DeviceMachine("", [("eth0", 2)])
        machine.foreign(try Self.association(0x1001, at: "eth0"))
        machine.change { $0.insert("eth0", 2, isUp: false) }
        machine.change { $0.insert("lan0", 2, isUp: false) }
        #expect(machine.settlings == 2)
        machine.change { $0.insert("eth0", 2, isUp: false) }
        machine.change { $0.remove(2) }
        #expect(machine.settlings == 4)
    }

    /// As many as this are not remembered one by one.
    @Test func whereManyDevicesDoTheWorkAnyOfThemMayBeOne() throws {
        var machine = DeviceMachine("", [("eth0", 2)])
        for number in 1...1000 {
            machine.foreign(try Self.association(UInt32(0x1000 + number), at: "off\(number)"))
        }
        machine.change { $0.insert("eth0", 2, isUp: false) }
        #expect(machine.settlings == 1)
    }

    private static func association(_ spi: UInt32, at device: String) throws -> SecurityAssociation {
        let text = "add 192.0.2.1 192.0.2.2 esp \(spi) -hwif \(device) out -E null;"
        var parser = Parser(Array(text.utf8), options: ParserOptions(traits: .xfrm))
        var statement: SecurityAssociation?
        if case .add(let association)? = parser.next()?.kind { statement = association }
        return try #require(statement)
    }

    @Test func othersMayComeAndGo() {
        var machine = DeviceMachine(Self.file, [("eth0", 5)])
        let (dumps, writes) = (machine.dumps, machine.writes)
        machine.change { $0.insert("veth0", 8) }
        machine.change { $0.remove(8) }
        #expect(machine.dumps == dumps && machine.writes == writes)
    }

    @Test func aReloadRemovesWhatIsNoLongerDeclared() {
        var machine = DeviceMachine(Self.file, [("eth0", 5)])
        machine.file = ""
        machine.reload()
        #expect(machine.policies.isEmpty)
        machine.change { $0.remove(5) }
        machine.change { $0.insert("eth0", 9) }
        #expect(machine.policies.isEmpty)
    }

    /// A daemon that is killed meanwhile knows them for the file's.
    @Test func whatIsLeftBehindIsWrittenDown() {
        var machine = DeviceMachine(Self.file, [("eth0", 5)])
        machine.change { $0.remove(5) }
        let remnants = machine.written.flatMap(\.claimed.policies).filter { $0.device == .numbered(5) }
        #expect(remnants.count == 2)
        let released = machine.written.flatMap(\.released.policies).filter { $0.device == .numbered(5) }
        #expect(Set(released) == Set(remnants))
    }

    @Test func aDeviceThatGoesWhileTheDaemonIsDownLeavesNothing() {
        var machine = DeviceMachine(Self.file, [("eth0", 5)])
        machine.restart { $0.remove(5) }
        #expect(machine.policies == ["1 -"])
        #expect(machine.status.settled && machine.status.waitingPolicies == 2)
        #expect(machine.daemon.ownership.leftover.policies.allSatisfy { $0.device == .named("eth0") })
        machine.change { $0.insert("eth0", 9) }
        #expect(machine.policies == ["1 -", "2 index:9", "3 index:9"])
    }

    @Test func aForeignPolicyIsTakenForNobodys() throws {
        var machine = DeviceMachine(Self.file, [("eth0", 5), ("eth1", 6)])
        var parser = Parser(
            Array("spdadd ::/0[4] ::/0 tcp -dev index:6 -P out none;".utf8), options: ParserOptions(traits: .xfrm))
        guard case .addPolicy(let policy)? = parser.next()?.kind else {
            Issue.record("no policy")
            return
        }
        machine.foreign(policy)
        #expect(machine.daemon.mirror.policies.contains(policy.identity.bound(to: .named("eth1"))))
        machine.change { $0.remove(6) }
        #expect(machine.daemon.mirror.policies.contains(policy.identity))
        #expect(!machine.daemon.mirror.policies.contains(policy.identity.bound(to: .named("eth1"))))
        #expect(machine.policies.contains("4 index:6"))
    }
}
