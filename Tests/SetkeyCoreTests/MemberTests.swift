import ControlProtocol
import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

/// What clients that are not privileged can cost the daemon, and what they cannot.
@Suite struct MemberTests {
    /// A machine with `count` members, each a user of its own unless `uid` is given.
    private func machine(
        file: String? = nil, members count: UInt32, uid: UInt32? = nil
    ) -> (Machine, [ClientID]) {
        var machine = Machine.started(file: file)
        let members = (0..<count).map { ClientID(rawValue: 100 + $0) }
        for member in members {
            let uid = uid ?? 1000 + member.rawValue
            machine.post(.connected(member, Peer(uid: uid, gid: uid, pid: 1, access: .reading)))
        }
        machine.replies = []
        return (machine, members)
    }

    private func plans(_ machine: Machine) -> [ClientID] {
        machine.replies.compactMap { if case .plan = $0.reply { $0.client } else { nil } }
    }

    // MARK: Plans

    @Test func oneReadingIsSharedByAllWhoWaitForPlans() {
        var (machine, members) = machine(file: Texts.tunnel, members: 20)
        machine.isReadingSlow = true
        let before = machine.readings
        for member in members { machine.post(.called(member, .plan(PlanParameters()))) }
        // The first is being read for; the others came after that had begun.
        #expect(machine.readings == before + 1)
        machine.finishReading()
        #expect(plans(machine) == [members[0]] && machine.readings == before + 2)
        machine.finishReading()
        #expect(Set(plans(machine)) == Set(members) && plans(machine).count == 20)
        #expect(machine.readings == before + 2)
    }

    @Test func warningsOfTheFileComeWithItsPlanWithoutLinesForMembers() {
        var (machine, members) = machine(file: Texts.tunnel, members: 1)
        machine.fileWarnings = ["test.conf:1:1: warning: w [rule]\n  the line\n  ^~~"]
        for client in [members[0], Machine.root] { machine.post(.called(client, .plan(PlanParameters()))) }
        let warnings = machine.replies.map { reply -> [String]? in
            if case .plan(let plan) = reply.reply { plan.warnings } else { nil }
        }
        #expect(warnings == [["test.conf:1:1: warning: w [rule]"], machine.fileWarnings])
        machine.fileWarnings = []
        machine.replies = []
        machine.post(.called(Machine.root, .plan(PlanParameters())))
        #expect(machine.replies.map(\.reply) == [.plan(PlanReply(steps: []))])
    }

    @Test func aReadingThatNobodyWaitsForIsAbandoned() {
        var (machine, members) = machine(file: Texts.tunnel, members: 1)
        machine.isReadingSlow = true
        for _ in 0..<1000 {
            machine.post(.called(members[0], .plan(PlanParameters())))
            #expect(machine.heldReadings.count == 1)
            machine.post(.disconnected(members[0]))
            machine.post(.connected(members[0], Peer(uid: 1000, gid: 1000, pid: 1, access: .reading)))
        }
        #expect(machine.abandonments == 1000 && machine.heldReadings.isEmpty)
        machine.post(.called(members[0], .plan(PlanParameters())))
        machine.finishReading()
        #expect(plans(machine) == members)
    }

    @Test func aReloadDoesNotWaitForAPlanAndThePlanIsOfTheStateAfterIt() throws {
        var (machine, members) = machine(file: Texts.tunnel, members: 1)
        machine.isReadingSlow = true
        machine.file = Texts.tunnel + Texts.policy(1)
        machine.post(.called(members[0], .plan(PlanParameters())))
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        // The reading for the plan is given up; what is read now is for the reload.
        #expect(machine.heldReadings == [.transition] && machine.abandonments == 1)
        machine.finishReading()
        #expect(machine.replies.map(\.client) == [Machine.root])
        #expect(machine.heldReadings.count == 1)
        machine.finishReading()
        #expect(plans(machine) == members)
        guard case .plan(let plan)? = machine.replies.last?.reply else {
            Issue.record("no plan")
            return
        }
        #expect(plan.steps.isEmpty)
    }

    @Test func aUserHasTwoPlansUnderWayAtMost() {
        var (machine, members) = machine(file: Texts.tunnel, members: 3, uid: 1000)
        machine.isReadingSlow = true
        for member in members { machine.post(.called(member, .plan(PlanParameters()))) }
        #expect(machine.errors.map(\.client) == [members[2]])
        guard case .busy? = machine.errors.first?.error else {
            Issue.record("\(machine.errors)")
            return
        }
        machine.post(.called(Machine.root, .plan(PlanParameters())))
        machine.finishReading()
        machine.finishReading()
        #expect(Set(plans(machine)) == Set([members[0], members[1], Machine.root]))
    }

    // MARK: Lines of the file

    @Test func membersGetHeadlinesOfAFileWithErrorsAndRootItsLines() {
        var (machine, members) = machine(file: Texts.tunnel, members: 1)
        machine.file = "flush ;\nadd 10.0.0.1 10.0.0.2 esp 0x1001 -m bogus -E null ;"
        for client in [members[0], Machine.root] { machine.post(.called(client, .plan(PlanParameters()))) }
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        #expect(machine.errors.map(\.client) == [members[0], Machine.root, Machine.root])
        let told = machine.errors.map { error -> [String] in
            if case .reloadFailed(let messages) = error.error { messages } else { [] }
        }
        #expect(told[0].count == 1 && told[0][0].hasPrefix("test.conf:2:37: error: "), "\(told)")
        #expect(!told[0][0].contains { $0.isNewline } && !told[0][0].contains("10.0.0.1"))
        for messages in told.dropFirst() {
            #expect(messages.count == 1 && messages[0].hasPrefix(told[0][0] + "\n"), "\(messages)")
            #expect(messages[0].contains("\n   add 10.0.0.1 10.0.0.2"))
        }
    }

    @Test func theStatusAfterAFailedReloadHasNoLineOfTheFile() throws {
        var machine = Machine.started(file: Texts.tunnel)
        machine.file = "add 10.0.0.1 10.0.0.2 esp 0x1001 -m bogus -E null ;"
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        let status = try machine.askStatus()
        for text in [status.state, try #require(status.lastOutcome), machine.status] {
            #expect(!text.contains { $0.isNewline } && !text.contains("10.0.0.1") && !text.contains("bogus"), "\(text)")
        }
    }

    /// They may neither change anything nor ask what a text of theirs would do to the file.
    @Test func membersGetNoAnswerButARefusalToWhatRootMayDo() {
        var (machine, members) = machine(file: Texts.tunnel, members: 1)
        machine.writes = []
        let calls: [Call] = [
            .execute(ExecuteParameters(text: WireText("dump ;"))), .reload(ReloadParameters()), .confirm, .revert,
        ]
        for call in calls { machine.post(.called(members[0], call)) }
        #expect(machine.replies.isEmpty && machine.writes.isEmpty)
        #expect(machine.errors.count == calls.count)
        for error in machine.errors {
            guard case .permissionDenied = error.error else {
                Issue.record("\(error)")
                continue
            }
        }
    }

    // MARK: Dumps

    @Test func partsOfDumpsGoRoundByUserAndRootIsFirst() {
        var (machine, members) = machine(members: 3, uid: 1000)
        let other = ClientID(rawValue: 200)
        machine.post(.connected(other, Peer(uid: 2000, gid: 2000, pid: 1, access: .reading)))
        machine.execute((0..<450).map { "add 1.1.1.1 2.2.2.2 esp \(5000 + $0) -E null ;" }.joined())
        machine.replies = []
        for client in members + [other, Machine.root] {
            machine.queue(.called(client, .listAssociations(ListAssociationsParameters())))
        }
        machine.settle()
        // 450 records are three parts. Root has its parts at once, and nobody of one user two before another user's.
        let order = machine.replies.map(\.client)
        let theirs = order.filter { $0 != Machine.root }
        #expect(order.count == 15)
        #expect(order.prefix(3).allSatisfy { $0 == Machine.root })
        #expect(theirs.prefix(6).filter { $0 == other }.count == 3)
    }

    @Test func membersDoNotKeepTheKernelDumping() {
        var (machine, members) = machine(file: Texts.tunnel, members: 1)
        let before = machine.dumps
        for _ in 0..<100 {
            machine.post(.called(members[0], .listAssociations(ListAssociationsParameters())))
        }
        #expect(machine.replies.count == 100)
        #expect(machine.dumps <= before + 1)
        for _ in 0..<10 { machine.post(.called(Machine.root, .listAssociations(ListAssociationsParameters()))) }
        #expect(machine.dumps >= before + 10)
    }

    // MARK: Monitors

    @Test func monitorsOfMembersAreBoundedByUserAndInAll() {
        var (machine, members) = machine(members: 5, uid: 1000)
        for member in members { machine.post(.called(member, .monitor(MonitorParameters()))) }
        #expect(machine.replies.count == 4)
        #expect(machine.errors.map(\.client) == [members[4]])
        machine.post(.called(Machine.root, .monitor(MonitorParameters())))
        #expect(machine.replies.count == 5)
        // One that leaves makes room.
        machine.post(.disconnected(members[0]))
        machine.post(.called(members[4], .monitor(MonitorParameters())))
        #expect(machine.replies.count == 6)
        for number: UInt32 in 0..<20 {
            let client = ClientID(rawValue: 300 + number)
            machine.post(.connected(client, Peer(uid: 3000 + number, gid: 1, pid: 1, access: .reading)))
            machine.post(.called(client, .monitor(MonitorParameters())))
        }
        #expect(machine.replies.count == 18 && machine.errors.count == 9)
    }
}
