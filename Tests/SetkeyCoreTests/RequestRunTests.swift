import IPsec
import Testing

@testable import SetkeyCore

struct RequestRunTests {
    /// A request that is told apart by its number.
    private static func request(_ number: UInt32) -> KernelRequest { .getPolicy(PolicyIndex(rawValue: number)) }

    private static func number(_ item: RequestRun.Item?) -> UInt32? {
        if case .getPolicy(let index)? = item?.request { index.rawValue } else { nil }
    }

    private static func next(_ run: inout RequestRun) throws -> RequestRun.Item {
        let item = run.next(at: 0)
        return try #require(item)
    }

    private static let answer = KernelEvent.Content.ignored(messageType: 0)

    private static func policy(_ port: UInt16) -> SecurityPolicy {
        let any = AddressPrefix(address: .unspecified(.ipv4), length: 0)
        let selector = Selector(source: any, destination: any, nextLayer: .udp, sourcePort: port)
        return SecurityPolicy(
            identity: PolicyIdentity(direction: .outbound, selector: selector), action: .discard)
    }

    @Test func unitsAreGivenOutInOrderWithoutWaitingForAnswers() {
        var run = RequestRun(temper: .goingOn)
        run.begin(0, [Self.request(1), Self.request(2)])
        let first = run.next(at: 0)
        let second = run.next(at: 0)
        #expect(Self.number(first) == 1)
        #expect(first?.endsUnit == false)
        #expect(Self.number(second) == 2)
        #expect(second?.endsUnit == true)
        #expect(!run.hasMore && !run.isIdle)
        run.begin(1, [Self.request(3)])
        #expect(Self.number(run.next(at: 0)) == 3)
        #expect(run.inFlight == 3)
        #expect(run.next(at: 0) == nil)
    }

    /// With every refusal those behind it come back, some of them not for the first time.
    @Test func whatComesBackOftenKeepsItsPlace() throws {
        var run = RequestRun(temper: .goingOn)
        var items: [RequestRun.Item] = []
        for unit in 0..<20 {
            run.begin(unit, [Self.request(UInt32(2 * unit)), Self.request(UInt32(2 * unit + 1))])
            for _ in 0..<2 { items.append(try Self.next(&run)) }
        }
        // Every third unit is refused at its first request, and stops those behind it.
        var answered: [UInt32?] = []
        while !items.isEmpty {
            var isStopped = false
            for item in items {
                if isStopped {
                    run.unsent(item)
                } else if item.unit % 3 == 0, !item.endsUnit {
                    run.failed(item)
                    isStopped = true
                } else {
                    answered.append(Self.number(item))
                    run.succeeded(item, answer: Self.answer, former: .none)
                }
            }
            items = []
            while let item = run.next(at: 0) { items.append(item) }
        }
        let expected = (0..<40).map { UInt32($0) }.filter { $0 / 2 % 3 != 0 }
        #expect(answered == expected)
        #expect(run.isIdle)
    }

    @Test func whatWasNotSentComesAgainInItsOrderBeforeAllElse() throws {
        var run = RequestRun(temper: .goingOn)
        var items: [RequestRun.Item] = []
        for unit in 0..<4 {
            run.begin(unit, [Self.request(UInt32(unit))])
            items.append(try Self.next(&run))
        }
        run.failed(items[0])
        for item in items[1...] { run.unsent(item) }
        run.begin(4, [Self.request(4)])
        var numbers: [UInt32?] = []
        while let item = run.next(at: 0) {
            numbers.append(Self.number(item))
            run.succeeded(item, answer: Self.answer, former: .none)
        }
        #expect(numbers == [1, 2, 3, 4])
    }

    /// A thousand refusals in a row do not cost a burst each.
    @Test func afterRequestsHaveComeBackFewAreGivenOutUntilSomeSucceed() throws {
        var run = RequestRun(temper: .goingOn)
        run.begin(0, (0..<20).map { Self.request($0) })
        let first = try Self.next(&run)
        run.unsent(try Self.next(&run))
        run.passed(first)
        for most in [1, 2, 4, 8] {
            var items: [RequestRun.Item] = []
            while let item = run.next(at: 0) { items.append(item) }
            #expect(items.count == most)
            run.succeeded(items[0], answer: Self.answer, former: .none)
            for item in items.dropFirst() { run.passed(item) }
        }
    }

    @Test func theRestOfAUnitIsOfNoUseAfterAFailure() throws {
        var run = RequestRun(temper: .goingOn)
        run.begin(0, [Self.request(1), Self.request(2)])
        let first = try Self.next(&run)
        let second = try Self.next(&run)
        run.failed(first)
        run.unsent(second)
        #expect(run.next(at: 0) == nil)
        #expect(run.isIdle)
        // Also if it had not been given out.
        run.begin(1, [Self.request(3), Self.request(4)])
        run.failed(try Self.next(&run))
        #expect(run.isIdle)
    }

    @Test func anUndoBeginsWhenAllHasEndedAndGoesBackwards() throws {
        var run = RequestRun(temper: .undoing)
        let policies = (1...4).map { Self.policy(UInt16($0)) }
        var items: [RequestRun.Item] = []
        for (unit, policy) in policies.enumerated() {
            run.begin(unit, [.addPolicy(policy)])
            items.append(try Self.next(&run))
        }
        run.succeeded(items[0], answer: Self.answer, former: .none)
        run.failed(items[1])
        #expect(run.isUndoing)
        // One that was on its way all the same, and one that was not.
        #expect(run.next(at: 0) == nil)
        run.succeeded(items[2], answer: Self.answer, former: .none)
        run.unsent(items[3])
        var undone: [PolicyIdentity] = []
        while let item = run.next(at: 0) {
            #expect(item.role == .undo)
            if case .deletePolicy(let identity) = item.request { undone.append(identity) }
            run.succeeded(item, answer: Self.answer, former: .none)
        }
        #expect(undone == [policies[2].identity, policies[0].identity])
        #expect(run.undone == 2)
        #expect(run.isIdle)
    }

    @Test func whatMayHaveBeenDoneIsUndone() throws {
        var run = RequestRun(temper: .undoing)
        run.begin(0, [.addPolicy(Self.policy(1))])
        run.failed(try Self.next(&run), lost: FormerEntries.none)
        let undo = try Self.next(&run)
        guard case .deletePolicy = undo.request else {
            Issue.record("not undone: \(undo.request)")
            return
        }
        run.failed(undo)
        #expect(run.notUndone.count == 1)
        #expect(run.isIdle)
    }

    @Test func nothingIsGivenOutBeforeAQuestionIsAnswered() throws {
        var run = RequestRun(temper: .goingOn)
        run.begin(0, [Self.request(1)])
        let first = try Self.next(&run)
        run.passed(first)
        run.interpose([Self.request(7)], .question, of: 0)
        run.begin(1, [Self.request(2)])
        let question = try Self.next(&run)
        #expect(question.role == .question)
        #expect(run.next(at: 0) == nil)
        run.passed(question)
        run.interpose([Self.request(8), Self.request(9)], .step, of: 0)
        #expect(Self.number(run.next(at: 0)) == 8)
        #expect(Self.number(run.next(at: 0)) == 9)
        #expect(Self.number(run.next(at: 0)) == 2)
    }
}
