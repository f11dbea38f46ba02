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

    @Test func theEarliestComesFirstAndIsAskedForAgainLater() {
        var expiries = PolicyExpiries()
        #expect(expiries.earliest == nil)
        for number: UInt32 in 1...5 { expiries.note(Self.policy(number, made: 100, life: UInt64(60 - number))) }
        #expect(expiries.earliest == 155)
        #expect(expiries.due(at: 155, patience: 30) == nil)
        #expect(expiries.due(at: 156, patience: 30) == Self.policy(5, made: 0, life: 0).identity)
        #expect(expiries.due(at: 156, patience: 30) == nil)
        #expect(expiries.earliest == 156)
        expiries.forget(Self.policy(4, made: 0, life: 0).identity)
        #expect(expiries.earliest == 157)
        // One without a lifetime any more.
        expiries.note(Self.policy(3, made: 100, life: 0))
        #expect(expiries.earliest == 158)
    }

    /// Against a plain search, whatever is noted and forgotten.
    @Test(arguments: 0..<10 as Range<UInt64>) func theHeapKnowsWhatASearchFinds(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var expiries = PolicyExpiries()
        var deadlines: [UInt32: Int] = [:]
        for _ in 0..<1000 {
            let number = UInt32.random(in: 0..<50, using: &random)
            if Int.random(in: 0..<3, using: &random) == 0 {
                expiries.forget(Self.policy(number, made: 0, life: 0).identity)
                deadlines[number] = nil
            } else {
                let life = UInt64.random(in: 1...500, using: &random)
                expiries.note(Self.policy(number, made: 1000, life: life))
                deadlines[number] = 1000 + Int(life)
            }
            #expect(expiries.earliest == deadlines.values.min(), "seed \(seed)")
        }
    }
}
