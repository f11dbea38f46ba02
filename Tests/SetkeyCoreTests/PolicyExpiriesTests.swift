import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

struct PolicyExpiriesTests {
    private static func policy(_ number: UInt32, made: UInt64, life: UInt64) -> SecurityPolicy {
        let prefix = AddressPrefix(address: IPAddress(ipv4: number))
        let selector = Selector(
            source: prefix, destination: prefix, nextLayer: .any, sourcePort: 0, destinationPort: 0)
        var policy = SecurityPolicy(
            identity: PolicyIdentity(direction: .outbound, selector: selector), action: .discard)
        policy.limits.hard.addTime = life
        policy.current.addTime = made
        return policy
    }

    /// So many seconds after the clocks' beginnings: the monotonic one began 100 s after the wall clock.
    private static func at(_ seconds: UInt64) -> Instant {
        Instant(seconds: Int(seconds), microseconds: 0, monotonic: (seconds - 100) * 1_000_000_000)
    }

    @Test func theEarliestComesFirst() {
        var expiries = PolicyExpiries()
        #expect(expiries.earliest == nil)
        for number: UInt32 in 1...5 {
            expiries.note(Self.policy(number, made: 100, life: UInt64(60 - number)), at: Self.at(120))
        }
        #expect(expiries.earliest == Self.at(156).monotonic)
        #expect(expiries.due(at: Self.at(155)) == nil)
        #expect(expiries.due(at: Self.at(156)) == Self.policy(5, made: 0, life: 0).identity)
        #expect(expiries.due(at: Self.at(156)) == nil)
        #expect(expiries.earliest == Self.at(157).monotonic)
        expiries.forget(Self.policy(4, made: 0, life: 0).identity)
        #expect(expiries.earliest == Self.at(158).monotonic)
        // One without a lifetime any more.
        expiries.note(Self.policy(3, made: 100, life: 0), at: Self.at(157))
        expiries.forget(Self.policy(5, made: 0, life: 0).identity)
        #expect(expiries.earliest == Self.at(159).monotonic)
    }

    /// It is asked for again, at intervals that grow to a minute, whatever is told of it meanwhile but another end.
    @Test func whatStaysIsAskedForSeldom() {
        var expiries = PolicyExpiries()
        let policy = Self.policy(1, made: 100, life: 10)
        expiries.note(policy, at: Self.at(105))
        var moments: [UInt64] = []
        for second in 105...400 as ClosedRange<UInt64> where expiries.due(at: Self.at(second)) != nil {
            moments.append(second)
            expiries.note(policy, at: Self.at(second))
        }
        #expect(moments == [111, 113, 117, 125, 141, 173, 233, 293, 353])
        expiries.note(Self.policy(1, made: 100, life: 320), at: Self.at(400))
        #expect(expiries.earliest == Self.at(421).monotonic)
    }

    /// Against a plain search, whatever is noted and forgotten.
    @Test(arguments: 0..<10 as Range<UInt64>) func theHeapKnowsWhatASearchFinds(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var expiries = PolicyExpiries()
        var deadlines: [UInt32: UInt64] = [:]
        for _ in 0..<1000 {
            let number = UInt32.random(in: 0..<50, using: &random)
            if Int.random(in: 0..<3, using: &random) == 0 {
                expiries.forget(Self.policy(number, made: 0, life: 0).identity)
                deadlines[number] = nil
            } else {
                let life = UInt64.random(in: 1...500, using: &random)
                expiries.note(Self.policy(number, made: 1000, life: life), at: Self.at(1000))
                deadlines[number] = Self.at(1001 + life).monotonic
            }
            #expect(expiries.earliest == deadlines.values.min(), "seed \(seed)")
        }
    }
}
