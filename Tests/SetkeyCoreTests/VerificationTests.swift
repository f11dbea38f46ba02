import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// Whether the steps of a plan have led to what they were meant to lead to.
struct VerificationTests {
    private static let (before, after) = (
        """
        add 1.1.1.1 2.2.2.2 esp 301 -E null ;
        add 1.1.1.1 2.2.2.2 esp 302 -m tunnel -E null ;
        spdadd 1.1.1.1 2.2.2.2 any -P out none ;
        """,
        """
        add 1.1.1.1 2.2.2.2 esp 302 -m transport -E null ;
        add 1.1.1.1 2.2.2.2 esp 303 -E null ;
        """
    )

    private static func declared(_ text: String) -> DesiredState {
        var evaluation = DesiredState.Evaluation()
        for statement in ForeignProgram.statements(text) {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        return evaluation.finish()
    }

    private static func mirror(_ text: String) -> Mirror {
        var mirror = Mirror()
        for statement in ForeignProgram.statements(text) {
            switch statement.kind {
            case .add(let association): _ = mirror.apply(.association(.added, association))
            case .addPolicy(let policy): _ = mirror.apply(.policy(.added, policy))
            default: Issue.record("not an entry: \(statement.kind)")
            }
        }
        return mirror
    }

    /// What is the file's before.
    private static var ownership: Ownership {
        var ownership = Ownership()
        ownership.inForce = declared(before)
        return ownership
    }

    /// The plan from the one text to the other, given out to the kernel.
    private static func application() -> Application {
        let desired = declared(after)
        let plan = Plan(from: mirror(before), to: desired, ownership: ownership)
        return Application(
            plan.steps, Consequences(), to: Target(desired: desired), temper: .goingOn, incomplete: [])
    }

    private static func spi(_ step: Step) -> UInt32? {
        if case .association(let identity) = step.change.entry { identity.spi.rawValue } else { nil }
    }

    @Test func whatTheKernelHasIsDone() {
        var verification = Verification(of: Self.application(), awaiting: [:])
        let looked = verification.advance(100, in: Self.mirror(Self.after), Self.ownership)
        #expect(looked.count == 4 && looked.allSatisfy(\.isDone))
        #expect(verification.isDone && verification.isSuccess)
        #expect(verification.leftover.isEmpty && verification.unreachable.count == 0)
        #expect(verification.replaced.first.map(Self.spi) == [302])
    }

    @Test func whatTheKernelHasNotIsUnfinishedDriftAndStillTheFiles() {
        var verification = Verification(of: Self.application(), awaiting: [:])
        var looked: [Bool] = []
        while !verification.isDone {
            looked += verification.advance(3, in: Self.mirror(Self.before), Self.ownership).map(\.isDone)
        }
        #expect(looked == [false, false, false, false])
        #expect(!verification.isSuccess && verification.unfinished.count == 4)
        #expect(verification.leftover.associations.map(\.spi.rawValue) == [301])
        #expect(verification.leftover.policies.count == 1)
        // Of what is no longer declared nothing drifts.
        #expect(verification.remainder.drifted.count == 2)
        #expect(verification.remainder.drifted.missing.associations == 1)
        #expect(verification.remainder.drifted.altered.associations == 1)
    }

    @Test func whatTheKernelListsAndDoesNotFindIsUnreachableAndNoFailure() throws {
        var application = Self.application()
        var now: UInt64 = 0
        while !application.isOver {
            guard let item = application.next(at: now, in: Mirror()) else {
                // What goes lingers.
                now = try #require(application.deadline(at: now))
                continue
            }
            let outcome =
                item.request.isDeletion
                ? Outcome.refused(.noSuchProcess) : .done(.ignored(messageType: 0))
            application.ended(item, outcome, former: .none)
        }
        #expect(application.isOver && application.doubted == [.associations, .policies])
        var verification = Verification(of: application, awaiting: [:])
        let rest = "add 1.1.1.1 2.2.2.2 esp 301 -E null ;" + Self.after
        let looked = verification.advance(100, in: Self.mirror(rest), Self.ownership)
        #expect(looked.map { Self.spi($0.step) }.contains(301) == false)
        #expect(verification.unreachable.first.map(Self.spi) == [301])
        #expect(verification.isSuccess && verification.leftover.isEmpty)
    }

    @Test func ofAGreatManyStepsTheFirstAreKeptAndAllAreCounted() throws {
        let step = try #require(Self.application().steps.first)
        var sample = StepSample()
        for _ in 0..<25 { sample.add(step) }
        #expect(sample.count == 25 && sample.first.count == 20 && sample.restCount == 5)
    }
}
