import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// Entries that differ from others in a mark or an interface id only, which PF_KEY does not tell.
struct MirrorTwinTests {
    private struct NotAnEntry: Error {}

    /// The declared policy has number 8, its twin number 16.
    private func policy(_ index: UInt32, _ action: String) throws -> SecurityPolicy {
        let statement = ForeignProgram.statements("spdadd 1.1.1.1 2.2.2.2 any -P out \(action) ;").first
        guard case .addPolicy(var policy) = try #require(statement).kind else { throw NotAnEntry() }
        policy.index = PolicyIndex(rawValue: index)
        return policy
    }

    @Test func aTwinThatComesAndGoesChangesNothing() throws {
        var mirror = Mirror()
        let (declared, twin) = (try policy(8, "none"), try policy(16, "discard"))
        _ = mirror.apply(.policy(.added, declared), isAnswer: true)
        _ = mirror.apply(.policy(.added, twin))
        #expect(mirror.policies[declared.identity] == declared)
        _ = mirror.apply(.policy(.updated, twin))
        #expect(mirror.policies[declared.identity] == declared)
        _ = mirror.apply(.policy(.deleted, twin))
        #expect(mirror.policies[declared.identity] == declared)
        _ = mirror.apply(.policy(.deleted, declared))
        #expect(mirror.policies.count == 0)
    }

    @Test func aDumpKeepsTheOneThatIsKnownInEitherOrder() throws {
        let (declared, twin) = (try policy(8, "none"), try policy(16, "discard"))
        for records in [[declared, twin], [twin, declared]] {
            var mirror = Mirror()
            _ = mirror.apply(.policy(.added, declared), isAnswer: true)
            mirror.beginDump(of: .policies)
            for record in records { _ = mirror.apply(.dumpedPolicy(record, isLast: false)) }
            let end = mirror.endDump(of: .policies, isComplete: true)
            #expect(end.isComplete && end.corrections == 0)
            #expect(mirror.policies[declared.identity] == declared)
        }
    }

    @Test func aDumpTellsWhatHasComeInItsPlace() throws {
        var mirror = Mirror()
        _ = mirror.apply(.policy(.added, try policy(8, "none")), isAnswer: true)
        let other = try policy(16, "discard")
        mirror.beginDump(of: .policies)
        _ = mirror.apply(.dumpedPolicy(other, isLast: true))
        #expect(mirror.endDump(of: .policies, isComplete: true).isComplete)
        #expect(mirror.policies[other.identity] == other)
        #expect(mirror.policies.count == 1)
    }

    @Test func anAnswerOfOursIsNoTwin() throws {
        var mirror = Mirror()
        _ = mirror.apply(.policy(.added, try policy(16, "discard")))
        let declared = try policy(8, "none")
        _ = mirror.apply(.policy(.updated, declared), isAnswer: true)
        #expect(mirror.policies[declared.identity] == declared)
    }

    // MARK: What cannot be reached

    @Test func whatCannotBeDeletedIsNoReasonNotToStart() throws {
        // As the kernel answers for an SA with a mark.
        var machine = Machine(
            file: "flush ; spdflush ;" + Texts.tunnel, faults: FaultPlan([.init(.refuse(.noSuchProcess), on: .delete)]))
        machine.foreignRun(Texts.foreign)
        machine.start()
        #expect(machine.isReady == true)
        let status = try machine.askStatus()
        #expect(status.state == "settled" && status.foreignAssociations == 1)
        #expect(
            machine.log.contains {
                $0.priority == .warning && $0.message.contains("8.8.8.8")
                    && $0.message.contains("delete it with 'ip xfrm state delete'")
            })
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        guard case .reload(let reply) = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(reply.warnings.contains { $0.contains("mark or an interface id") })
    }

    @Test func aTwinOfAnSAThatGoesIsReadAgain() throws {
        var machine = Machine.started(file: Texts.tunnel)
        machine.loseMessages()
        let name = try #require(machine.truth().associations.first?.identity)
        // The mirror loses the SA that is there: its twin went, and no message tells which of them.
        machine.post(.kernel([Self.deletion(of: try #require(machine.daemon.mirror.associations[name]))]))
        #expect(machine.daemon.mirror.associations[name] == nil)
        machine.pass(seconds: 10)
        #expect(machine.daemon.mirror.associations[name] != nil)
        #expect(try machine.askStatus().state == "settled")
    }

    private static func deletion(of association: SecurityAssociation) -> KernelEvent {
        KernelEvent(
            origin: KernelEvent.Origin(request: nil, processID: 0, sequence: 0),
            content: .association(.deleted, association))
    }
}
