import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// A dump goes to its client while the kernel still tells it.
struct DumpStreamTests {
    private static let count = 1000

    private static func associations(_ numbers: Range<Int>) -> String {
        numbers.map { "add 192.0.2.1 192.0.2.2 esp \(1000 + $0) -E null ;\n" }.joined()
    }

    private static func policies(_ numbers: Range<Int>) -> String {
        numbers.map { "spdadd 10.\($0 / 256).\($0 % 256).0/24 10.200.0.0/16 any -P out discard ;\n" }.joined()
    }

    /// A daemon that knows so many SAs and policies.
    private static func machine() throws -> Machine {
        var machine = Machine.started()
        let reply = try machine.run(associations(0..<count) + policies(0..<count))
        #expect(reply.failures == nil)
        return machine
    }

    /// Has a client get a dump of all SAs or policies as text.
    ///
    /// - Parameter middle: Gets the last record, when half of them have been told.
    /// - Returns: The text, and how many parts of it came before the kernel had told the last.
    private static func render(
        _ database: DatabaseName, on machine: inout Machine,
        _ middle: (inout Machine, KernelEvent) -> Void = { _, _ in }
    ) throws -> (text: String, early: Int) {
        let before = machine.replies.count
        machine.queue(.called(Machine.root, .render(RenderParameters(database: database))))
        var (records, early) = (0, 0)
        while let event = machine.nextOfKernel() {
            guard case .kernel(let messages) = event, let message = messages.first, message.isRecord else {
                machine.queue(event)
                continue
            }
            early = machine.replies.count - before
            machine.queue(event)
            records += 1
            if records == count / 2 { middle(&machine, message) }
        }
        machine.settle()
        let parts = machine.replies[before...]
        #expect(parts.dropLast().allSatisfy(\.continues) && parts.last?.continues == false)
        let text = parts.map { if case .render(let part) = $0.reply { part.text.string } else { "" } }.joined()
        return (text, early)
    }

    /// The SPIs of a dump in its order; its entries are numbered, and the last one has 0.
    private static func spis(_ text: String) -> [UInt32] {
        let lines = text.split(separator: "\n")
        let numbers = lines.compactMap { $0.firstMatch(of: /sadb_seq=(\d+)/).map { String($0.1) } }
        #expect(numbers.last == "0" && Array(numbers.dropLast()) == numbers.indices.dropFirst().map { "\($0)" })
        return lines.compactMap { $0.firstMatch(of: /spi=(\d+)\(/).flatMap { UInt32($0.1) } }
    }

    private static func selectors(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { !$0.hasPrefix("\t") }
    }

    private static func mirroredSPIs(_ machine: Machine) -> [UInt32] {
        var spis: [UInt32] = []
        machine.daemon.mirror.associations.forEach { spis.append($0.identity.spi.rawValue) }
        return spis
    }

    @Test func partsComeBeforeTheKernelHasToldTheLastEntry() throws {
        var machine = try Self.machine()
        let (text, early) = try Self.render(.associations, on: &machine)
        #expect(early >= 3)
        #expect(Self.spis(text) == Self.mirroredSPIs(machine) && Self.spis(text).count == Self.count)
        let (policies, earlyOnes) = try Self.render(.policies, on: &machine)
        #expect(earlyOnes >= 1)
        #expect(Self.selectors(policies).count == Self.count && Set(Self.selectors(policies)).count == Self.count)
    }

    @Test func recordsComeAsEarly() throws {
        var machine = try Self.machine()
        let before = machine.replies.count
        machine.queue(.called(Machine.root, .listAssociations(ListAssociationsParameters())))
        var early = 0
        while let event = machine.nextOfKernel() {
            early = machine.replies.count - before
            machine.queue(event)
        }
        machine.settle()
        #expect(early >= 3)
        var spis: [Int] = []
        for part in machine.replies[before...] {
            if case .associations(let reply) = part.reply { spis += reply.associations.map(\.spi) }
        }
        #expect(spis == Self.mirroredSPIs(machine).map(Int.init))
    }

    @Test func entriesThatNobodyHasToldOfAreShown() throws {
        var machine = Machine.started()
        machine.foreignRun(Self.associations(0..<Self.count))
        machine.loseMessages()
        #expect(Self.mirroredSPIs(machine).isEmpty)
        let (text, early) = try Self.render(.associations, on: &machine)
        #expect(early >= 3)
        #expect(Set(Self.spis(text)) == Set((0..<Self.count).map { UInt32(1000 + $0) }))
        #expect(Self.spis(text).count == Self.count)
    }

    @Test func entriesThatAreNoMoreAreNotShown() throws {
        var machine = try Self.machine()
        for number in stride(from: 0, to: Self.count, by: 2) {
            machine.foreignRun("delete 192.0.2.1 192.0.2.2 esp \(1000 + number) ;")
        }
        machine.loseMessages()
        #expect(Self.mirroredSPIs(machine).count == Self.count)
        let (text, _) = try Self.render(.associations, on: &machine)
        #expect(Self.spis(text).allSatisfy { $0 % 2 == 1 } && Self.spis(text).count == Self.count / 2)
        #expect(Self.mirroredSPIs(machine) == Self.spis(text))
    }

    @Test func newsWinOverRecords() throws {
        var machine = try Self.machine()
        // The kernel tells the newest first: the oldest is still to come.
        let gone = try #require(machine.daemon.mirror.associations[Self.identity(spi: 1000)])
        let (text, _) = try Self.render(.associations, on: &machine) { machine, _ in
            machine.queue(.kernel([Self.news(.association(.deleted, gone))]))
            machine.queue(.kernel([Self.news(.association(.added, Self.association(spi: 9999)))]))
        }
        #expect(Self.spis(text) == (1..<Self.count).reversed().map { UInt32(1000 + $0) })
    }

    @Test func anUpdateMeanwhileLosesAndRepeatsNoPolicy() throws {
        for index in [0, Self.count / 2, Self.count - 1] {
            var machine = try Self.machine()
            var policies: [SecurityPolicy] = []
            machine.daemon.mirror.policies.forEach { policies.append($0) }
            let (text, _) = try Self.render(.policies, on: &machine) { machine, _ in
                machine.queue(.kernel([Self.news(.policy(.updated, policies[index]))]))
            }
            #expect(Self.selectors(text).count == Self.count && Set(Self.selectors(text)).count == Self.count)
        }
    }

    @Test func aFlushMeanwhileEndsIt() throws {
        var machine = try Self.machine()
        let (text, early) = try Self.render(.associations, on: &machine) { machine, _ in
            machine.foreignRun("flush ;")
            machine.queue(.kernel([Self.news(.flushed(nil))]))
        }
        #expect(early >= 1)
        let shown = Self.spis(text)
        #expect(shown == (0..<Self.count).reversed().prefix(shown.count).map { UInt32(1000 + $0) })
        #expect(Self.mirroredSPIs(machine).isEmpty)
    }

    @Test func aDumpThatFailsLaterIsAnErrorAllTheSame() throws {
        var machine = try Self.machine()
        machine.queue(.called(Machine.root, .render(RenderParameters(database: .associations))))
        var records = 0
        while records < Self.count / 2, let event = machine.nextOfKernel() {
            machine.queue(event)
            guard case .kernel(let messages) = event, let message = messages.first, message.isRecord else { continue }
            records += 1
            guard records == Self.count / 2 else { continue }
            let refusal = KernelEvent(origin: message.origin, content: .refused(.outOfMemory))
            machine.queue(.kernel([refusal]))
        }
        #expect(machine.replies.last?.continues == true)
        #expect(machine.errors.last?.client == Machine.root)
        guard case .kernelRefused? = machine.errors.last?.error else { throw Machine.NoReply() }
        machine.settle()
        #expect(machine.replies.last?.continues == true)
    }

    // MARK: What the kernel tells

    private static func identity(spi: UInt32) -> SAIdentity {
        SAIdentity(
            destination: IPAddress(ipv4: 0xc000_0202), ipsecProtocol: .esp, spi: SPI(rawValue: spi))
    }

    private static func association(spi: UInt32) -> SecurityAssociation {
        SecurityAssociation(identity: identity(spi: spi), source: IPAddress(ipv4: 0xc000_0201))
    }

    /// What somebody else has done.
    private static func news(_ content: KernelEvent.Content) -> KernelEvent {
        KernelEvent(origin: KernelEvent.Origin(request: nil, processID: 7, sequence: 1), content: content)
    }
}

extension KernelEvent {
    /// Whether a dump tells of an entry.
    fileprivate var isRecord: Bool {
        switch content {
        case .dumped, .dumpedPolicy: true
        default: false
        }
    }
}
