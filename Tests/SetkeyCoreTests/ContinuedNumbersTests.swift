import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// An SA that replaces another one under its SPI goes on with its sequence numbers: the other end drops what it has seen.
struct ContinuedNumbersTests {
    private static let key = "-E null -A hmac-md5"
    private static let before = "add 192.0.2.1 192.0.2.2 esp 0x1001 \(key) \"0123456789abcdef\" ;"
    private static let after = "add 192.0.2.1 192.0.2.2 esp 0x1001 \(key) \"fedcba9876543210\" ;"

    private static func association(_ text: String) throws -> SecurityAssociation {
        guard case .add(let association)? = ForeignProgram.statements(text).first?.kind else { throw NotAnSA() }
        return association
    }

    private struct NotAnSA: Error {}

    /// In which nothing is that a request could be taken for.
    private static let mirror = Mirror()

    private static func next(_ application: inout Application) throws -> RequestRun.Item {
        guard let item = application.next(at: 0, in: mirror) else { throw NotAnSA() }
        return item
    }

    private func application(_ temper: RequestRun.Temper = .goingOn) throws -> Application {
        var evaluation = DesiredState.Evaluation()
        for statement in ForeignProgram.statements(Self.after) {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        let desired = evaluation.finish()
        var mirror = Mirror()
        _ = mirror.apply(.association(.added, try Self.association(Self.before)))
        let plan = Plan(from: mirror, to: desired, ownership: Ownership())
        return Application(
            plan.steps, Consequences(), to: Target(desired: desired), temper: temper, incomplete: [],
            continuesNumbers: true)
    }

    @Test func theNewAssociationGoesOnWhereTheDeletedOneWas() throws {
        var application = try application(.undoing)
        let deletion = try Self.next(&application)
        guard case .delete = deletion.request else { throw NotAnSA() }
        // What comes next depends on the answer.
        let early = application.next(at: 0, in: Self.mirror)
        #expect(early == nil && !application.isOver)
        var former = try Self.association(Self.before)
        former.numbers.sent = 77
        former.numbers.received = 88
        former.numbers.forged = 9
        var mirror = Self.mirror
        _ = mirror.apply(.association(.deleted, former))
        application.ended(deletion, .done(.association(.deleted, former)), former: .none)
        guard let addition = application.next(at: 0, in: mirror) else { throw NotAnSA() }
        guard case .add(let added) = addition.request else { throw NotAnSA() }
        #expect(added.numbers.sent == 77 && added.numbers.received == 0 && added.numbers.forged == 0)
        #expect(added.integrityKey == (try Self.association(Self.after)).integrityKey)
        // And if that is refused, so does the old one.
        application.ended(addition, .refused(.invalidArgument), former: .none)
        let undo = try Self.next(&application)
        guard case .add(let restored) = undo.request else { throw NotAnSA() }
        #expect(restored.numbers.sent == 77 && restored.numbers.forged == 0)
    }

    /// The upper half of extended numbers is not in the packets: both ends must know it.
    @Test(arguments: [nil, AssociationDirection.inbound, .outbound])
    func extendedNumbersGoOnBothWays(direction: AssociationDirection?) throws {
        var sa = try Self.association(Self.before)
        sa.options.direction = direction
        var former = PacketNumbers.zero
        former.sent = 5 << 32 | 1
        former.received = 6 << 32 | 2
        former.late = 3
        var expected = PacketNumbers.zero
        expected.sent = direction == .inbound ? 0 : former.sent
        #expect(sa.continuing(former) == expected)
        sa.flags.insert(.extendedSequence)
        expected.received = direction == .outbound ? 0 : former.received
        #expect(sa.continuing(former) == expected)
    }

    /// One that could not send a single packet would be no use; the numbers of a key are used once all the same.
    @Test(arguments: [UInt64(UInt32.max) - 1, UInt64(UInt32.max)])
    func otherKeysBeginAnewWhereAllNumbersAreUsed(sent: UInt64) throws {
        var former = try Self.association(Self.before)
        former.numbers.sent = sent
        var mirror = Mirror(tellsStates: false)
        _ = mirror.apply(.association(.added, former))
        _ = mirror.apply(.association(.deleted, former))
        func begins(_ text: String) throws -> UInt64 {
            guard case .add(let asked) = mirror.continuing(.add(try Self.association(text))) else { throw NotAnSA() }
            return asked.numbers.sent
        }
        #expect(try begins(Self.after) == (sent == UInt64(UInt32.max) ? 0 : sent))
        #expect(try begins(Self.before) == sent)
        // And those of the other keys go on, too.
        var next = try Self.association(Self.after)
        next.numbers.sent = 1000
        _ = mirror.apply(.association(.added, next))
        _ = mirror.apply(.association(.deleted, next))
        #expect(try begins(Self.after) == (sent == UInt64(UInt32.max) ? 1000 : sent))
        #expect(try begins(Self.before) == sent)
    }

    @Test func keysThatAreNotKnownGoOn() throws {
        var former = try Self.association(Self.before)
        former.numbers.sent = UInt64(UInt32.max)
        former.hidesKeys = true
        var mirror = Mirror(tellsStates: false)
        _ = mirror.apply(.association(.added, former))
        _ = mirror.apply(.association(.deleted, former))
        guard case .add(let asked) = mirror.continuing(.add(try Self.association(Self.after))) else { throw NotAnSA() }
        #expect(asked.numbers.sent == UInt64(UInt32.max))
    }

    @Test func anAssociationThatIsGoneAlreadyIsAddedAllTheSame() throws {
        var application = try application()
        let deletion = try Self.next(&application)
        application.ended(deletion, .refused(.noSuchProcess), former: .none)
        let addition = try Self.next(&application)
        guard case .add(let added) = addition.request else { throw NotAnSA() }
        #expect(added.numbers == .zero)
        application.ended(addition, .done(.association(.added, added)), former: .none)
        #expect(application.isOver && application.failures.isEmpty)
    }

    @Test func aDeletionThatWasNotSentIsAskedForAgain() throws {
        var application = try application()
        let deletion = try Self.next(&application)
        application.ended(deletion, .unsent, former: .none)
        let again = try Self.next(&application)
        guard case .delete = again.request else { throw NotAnSA() }
        application.ended(again, .done(.association(.deleted, try Self.association(Self.before))), former: .none)
        guard case .add = try Self.next(&application).request else { throw NotAnSA() }
    }
}
