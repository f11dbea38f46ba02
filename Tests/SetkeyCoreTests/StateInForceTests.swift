import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What is in force, what is the file's besides, and what is written down of both.
struct StateInForceTests {
    private static let now = Instant(seconds: 100, microseconds: 0, monotonic: 0)
    private static let (file, other) = (Fingerprint(rawValue: 7), Fingerprint(rawValue: 8))

    private static func declared(_ spis: Int..., life: Int = 60) -> DesiredState {
        let text = spis.map { "add 1.1.1.1 2.2.2.2 esp \($0) -lh \(life) -E null ;" }.joined()
        var evaluation = DesiredState.Evaluation()
        for statement in ForeignProgram.statements(text) {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        return evaluation.finish()
    }

    private static func numbers(_ identities: some Sequence<SAIdentity>) -> [UInt32] {
        identities.map(\.spi.rawValue).sorted()
    }

    /// Brings a state into force, as a reload does; the kernel has `kernel` before and after.
    ///
    /// - Returns: what was applied, and what is written down then.
    private static func apply(
        _ desired: DesiredState, _ fingerprint: Fingerprint?, to state: inout StateInForce, kernel: DesiredState
    ) -> (application: Application, addition: OwnershipAddition) {
        var mirror = Mirror()
        for entry in kernel.associations { _ = mirror.apply(.association(.added, entry.entry)) }
        var builder = PlanBuilder(to: desired, ownership: state.ownership)
        builder.advance(&mirror, count: .max)
        let application = Application(
            builder.plan.steps, Consequences(of: builder),
            to: Target(desired: desired, fingerprint: fingerprint), temper: .undoing, incomplete: [])
        var verification = Verification(of: application, awaiting: [:])
        _ = verification.advance(.max, in: mirror, state.ownership)
        let addition = state.become(desired, by: verification, releasing: NameLists(), at: now)
        return (application, addition)
    }

    /// What a daemon has left written down that was held to ``file``.
    private static func record(life: String, spis: Int...) -> OwnershipRecord {
        var reader = OwnershipRecord.Reader()
        var addition = OwnershipAddition(time: 50)
        addition.claimed.associations = spis.map {
            SAIdentity(destination: .unspecified(.ipv4), ipsecProtocol: .esp, spi: SPI(rawValue: UInt32($0)))
        }
        addition.fingerprint = file
        reader.take((OwnershipAddition.head(life: life) + addition.text)[...])
        return reader.record
    }

    @Test func aStateThatComesIntoForceClaimsAndReleases() {
        var state = StateInForce()
        let first = Self.apply(Self.declared(300, 301), Self.file, to: &state, kernel: Self.declared(300, 301))
        #expect(Self.numbers(first.addition.claimed.associations) == [300, 301])
        #expect(first.addition.fingerprint == Self.file && state.fingerprint == Self.file)
        // 300 is no longer declared, and has gone; 302 is claimed before it is asked of the kernel.
        let second = Self.apply(Self.declared(301, 302), Self.file, to: &state, kernel: Self.declared(301))
        #expect(Self.numbers(second.application.consequences.claimed.associations) == [302])
        #expect(second.addition.claimed.isEmpty && second.addition.fingerprint == nil)
        #expect(Self.numbers(second.addition.released.associations) == [300])
        #expect(state.declared.associations.count == 2 && state.size == 2)
    }

    @Test func whatIsStillThereIsNotReleased() {
        var state = StateInForce()
        _ = Self.apply(Self.declared(300, 301), Self.file, to: &state, kernel: Self.declared(300, 301))
        let last = Self.apply(Self.declared(301), Self.other, to: &state, kernel: Self.declared(300, 301))
        #expect(last.addition.released.isEmpty && last.addition.fingerprint == Self.other)
        #expect(Self.numbers(state.ownership.leftover.associations) == [300])
        #expect(state.size == 2 && state.snapshot(at: Self.now).entryCount == 2)
    }

    @Test func aStateWithoutAFileLeavesTheFingerprint() {
        var state = StateInForce()
        _ = Self.apply(Self.declared(300), Self.file, to: &state, kernel: .empty)
        _ = Self.apply(.empty, nil, to: &state, kernel: .empty)
        #expect(state.fingerprint == Self.file)
    }

    @Test func aPlanThatWasRolledBackWithdrawsWhatItClaimed() {
        var state = StateInForce()
        var other = state
        let (application, _) = Self.apply(Self.declared(300), Self.file, to: &other, kernel: .empty)
        let addition = state.stay(after: application, at: Self.now)
        #expect(Self.numbers(addition.released.associations) == [300])
        #expect(state.declared.count == 0 && state.ownership.leftover.isEmpty)
    }

    @Test func whatCouldNotBeUndoneStaysTheFiles() throws {
        var state = StateInForce()
        var other = state
        var (application, _) = Self.apply(Self.declared(300, 301), Self.file, to: &other, kernel: .empty)
        let items = [application.next(at: 0, in: Mirror()), application.next(at: 0, in: Mirror())].compactMap { $0 }
        #expect(items.count == 2)
        guard case .add(let added) = items[0].request else { throw NotAnAddition() }
        application.ended(items[0], .done(.association(.added, added)), former: .none)
        application.ended(items[1], .refused(.invalidArgument), former: .none)
        let undo = application.next(at: 0, in: Mirror())
        application.ended(try #require(undo), .refused(.invalidArgument), former: .none)
        #expect(application.isOver && application.isUndoing)
        let addition = state.stay(after: application, at: Self.now)
        #expect(Self.numbers(state.ownership.leftover.associations) == [added.identity.spi.rawValue])
        #expect(addition.released.associations.count == 1)
    }

    private struct NotAnAddition: Error {}

    @Test func anEndIsNewsOnceAndForgottenWithItsDeclaration() throws {
        var state = StateInForce()
        _ = Self.apply(Self.declared(300, 301), Self.file, to: &state, kernel: .empty)
        let declared = state.declared.associations[0]
        var isNews = [state.expire(declared), state.expire(declared)]
        state.revive(.association(declared.entry.identity))
        isNews.append(state.expire(declared))
        #expect(isNews == [true, false, true])
        for shard in 0..<ExpiredEntries.shardCount { _ = state.forgetOldExpiries(shard: shard) }
        #expect(state.ownership.expired.associations.count == 1)
        _ = Self.apply(Self.declared(300, 301, life: 90), Self.file, to: &state, kernel: .empty)
        for shard in 0..<ExpiredEntries.shardCount { _ = state.forgetOldExpiries(shard: shard) }
        #expect(state.ownership.expired.associations.isEmpty)
    }

    @Test func theLastDaemonsMemoryIsOfItsOwnTablesAndItsOwnFile() {
        var state = StateInForce()
        let isOthers = state.restore(Self.record(life: "before", spis: 300), life: "now")
        #expect(!isOthers)
        #expect(state.ownership.leftover.isEmpty && state.fingerprint == nil)
        #expect(state.takeMemory(of: Target(desired: .empty, fingerprint: Self.file), isReversal: true) == nil)

        let isOurs = state.restore(Self.record(life: "now", spis: 300, 301), life: "now")
        #expect(isOurs)
        #expect(Self.numbers(state.ownership.leftover.associations) == [300, 301])
        #expect(state.fingerprint == Self.file)
        var sibling = state
        #expect(sibling.takeMemory(of: Target(desired: .empty, fingerprint: Self.other), isReversal: false) == nil)
        #expect(sibling.takeMemory(of: Target(desired: .empty, fingerprint: Self.file), isReversal: false) == nil)
        #expect(state.takeMemory(of: Target(desired: .empty, fingerprint: Self.file), isReversal: false) != nil)
        #expect(state.takeMemory(of: Target(desired: .empty, fingerprint: Self.file), isReversal: false) == nil)
    }
}
