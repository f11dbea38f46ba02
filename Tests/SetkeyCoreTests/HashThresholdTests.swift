import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// Which hash thresholds suit a file, and what it costs to change them.
@Suite struct HashThresholdTests {
    private static func policies(_ text: String) -> [PolicyIdentity] {
        ForeignProgram.statements(text).compactMap { statement in
            if case .addPolicy(let policy) = statement.kind { policy.identity } else { nil }
        }
    }

    /// What suits these, found `slice` at a time.
    private static func choice(_ policies: [PolicyIdentity], slice: Int = 7) -> HashThresholds {
        var choice = HashThresholdChoice()
        while !choice.isDone { choice.advance(slice, of: policies.count) { policies[$0] } }
        return choice.thresholds
    }

    private static func lengths(_ local: UInt8, _ remote: UInt8) -> HashThresholds.Lengths {
        HashThresholds.Lengths(local: local, remote: remote)
    }

    /// `count` pairs of networks, in three directions as a tunnel has them.
    private static func tunnels(_ count: Int, _ length: Int) -> String {
        (0..<count).map { number in
            let (near, far) = ("10.\(number / 200).\(number % 200).0/\(length)", "172.16.0.0/\(length)")
            return "spdadd \(near) \(far) any -P out none; spdadd \(far) \(near) any -P in none; "
                + "spdadd \(far) \(near) any -P fwd none;"
        }.joined()
    }

    @Test func localIsTheSourceOfWhatLeavesAndTheDestinationOfWhatArrives() {
        let policies = Self.policies(
            "spdadd 10.0.0.0/8 192.0.2.1 any -P out none; spdadd 192.0.2.1 10.0.0.0/8 any -P in none;"
                + "spdadd 192.0.2.1 10.0.0.0/8 any -P fwd none;")
        #expect(policies.map(\.prefixLengths) == [Self.lengths(8, 32), Self.lengths(8, 32), Self.lengths(8, 32)])
        #expect(Self.choice(policies) == HashThresholds(ipv4: Self.lengths(8, 32)))
    }

    @Test(arguments: [1, 500, 100_000])
    func eachFamilyHasItsOwnAndOneWithoutPoliciesHasNone(slice: Int) {
        let tunnels = Self.tunnels(300, 24)
        #expect(Self.choice(Self.policies(tunnels), slice: slice) == HashThresholds(ipv4: Self.lengths(24, 24)))
        let both = Self.policies(tunnels + "spdadd 2001:db8:1::/48 2001:db8:2::/64 any -P out none;")
        #expect(
            Self.choice(both, slice: slice) == HashThresholds(ipv4: Self.lengths(24, 24), ipv6: Self.lengths(48, 64)))
        #expect(Self.choice([], slice: slice) == HashThresholds())
    }

    @Test func thePairThatLeavesTheFewestOutWinsAndOfThoseTheLongest() {
        // 16/24 admits all three; 24/24 would leave one out.
        let policies = Self.policies(
            "spdadd 10.1.0.0/16 10.2.0.0/24 any -P out none; spdadd 10.3.0.0/24 10.4.0.0/24 any -P out none;"
                + "spdadd 10.5.0.0/24 10.6.0.0/32 any -P out none;")
        #expect(Self.choice(policies) == HashThresholds(ipv4: Self.lengths(16, 24)))
        // Nothing admits both: each leaves one out, and the longer one wins.
        let crossed = Self.policies(
            "spdadd 10.1.0.0/16 10.2.0.0/24 any -P out none; spdadd 10.3.0.0/30 10.4.0.0/20 any -P out none;")
        #expect(Self.choice(crossed) == HashThresholds(ipv4: Self.lengths(30, 20)))
    }

    @Test func aPolicyForAllTrafficDoesNotPutTheOthersTogether() {
        for count in [2, 10, 50] {
            let policies = Self.policies(Self.tunnels(count, 24) + "spdadd 0.0.0.0/0 0.0.0.0/0 icmp -P out none;")
            #expect(Self.choice(policies) == HashThresholds(ipv4: Self.lengths(24, 24)))
        }
    }

    @Test func aPairThatPutsTooManyTogetherIsPassedOver() {
        // 0/0 admits all, in one bucket.
        let mixed = Self.tunnels(100, 24) + "spdadd 0.0.0.0/0 0.0.0.0/0 any -P out none;"
        #expect(Self.choice(Self.policies(mixed)) == HashThresholds(ipv4: Self.lengths(24, 24)))
        // By protocol and port, all of one pair: none suits.
        let ports = (1...100).map { "spdadd 10.1.0.0/16 10.2.0.0/16[\($0)] tcp -P out none;" }.joined()
        #expect(Self.choice(Self.policies(ports)) == HashThresholds())
        let fewer = Self.policies((1...64).map { "spdadd 10.1.0.0/16 10.2.0.0/16[\($0)] tcp -P out none;" }.joined())
        #expect(Self.choice(fewer) == HashThresholds(ipv4: Self.lengths(16, 16)))
    }

    // MARK: The cost

    private static func isBearable(
        _ policies: [PolicyIdentity], to thresholds: HashThresholds, of total: Int? = nil,
        on release: KernelRelease? = KernelRelease(6, 1)
    ) -> Bool {
        var cost = HashRebuildCost(to: thresholds, on: release)
        for policy in policies { cost.add(policy) }
        return cost.isBearable(of: total ?? policies.count)
    }

    private static let hosts = HashThresholds(ipv4: lengths(32, 32), ipv6: lengths(128, 128))
    private static let networks = HashThresholds(ipv4: lengths(24, 24), ipv6: lengths(128, 128))

    @Test func oldKernelsAreAskedOnlyWhereFewPoliciesStayWithoutAHash() {
        let policies = Self.policies(Self.tunnels(400, 24))
        #expect(Self.isBearable([], to: Self.hosts))
        #expect(Self.isBearable(policies, to: Self.networks))
        #expect(!Self.isBearable(policies, to: Self.hosts))
        #expect(Self.isBearable(Array(policies.prefix(1000)), to: Self.hosts))
        #expect(!Self.isBearable(Array(policies.prefix(1001)), to: Self.hosts))
        #expect(!Self.isBearable(policies, to: Self.hosts, on: nil))
        #expect(Self.isBearable(policies, to: Self.hosts, on: KernelRelease(6, 12)))
    }

    @Test func policiesThatNobodyHasSeenCountAsTheWorst() {
        #expect(Self.isBearable([], to: Self.networks, of: 1000))
        #expect(!Self.isBearable([], to: Self.networks, of: 1001))
    }

    @Test func aFullBucketIsTooMuchOnEveryKernel() {
        let ports = Self.policies(
            (1...1100).map { "spdadd 10.1.0.0/24 10.2.0.0/24[\($0)] tcp -P out none;" }.joined())
        #expect(!Self.isBearable(ports, to: Self.networks, on: KernelRelease(6, 12)))
        #expect(Self.isBearable(ports, to: Self.hosts, on: KernelRelease(6, 12)))
    }

    @Test(arguments: [
        ("6.12.117-cloud-amd64", KernelRelease(6, 12)), ("6.1.0-56-amd64", KernelRelease(6, 1)),
        ("7.0-rc3", KernelRelease(7, 0)), ("6", nil), ("", nil), ("six.one", nil),
    ])
    func releases(text: String, release: KernelRelease?) {
        #expect(KernelRelease(text) == release)
    }

    @Test func releasesAreComparedByNumber() {
        #expect(KernelRelease(6, 2) < KernelRelease(6, 12) && KernelRelease(6, 12) < KernelRelease(7, 0))
    }
}
