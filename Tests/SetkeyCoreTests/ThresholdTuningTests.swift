import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// When the daemon asks the kernel for its hash thresholds, and sets them.
@Suite struct ThresholdTuningTests {
    private static let defaults = HashThresholds(
        ipv4: .init(local: 32, remote: 32), ipv6: .init(local: 128, remote: 128))
    private static let network = "spdadd 10.1.0.0/24 10.2.0.0/24 any -P out none;"

    /// The daemon, and a kernel of a few lines that has policies and thresholds.
    private struct Setting {
        var daemon: Daemon
        var text: String
        var policies: [SecurityPolicy] = []
        var thresholds = defaults
        /// Policies that it has and does not list.
        var hiddenCount = 0
        /// With what it refuses everything about thresholds.
        var refusal: KernelErrno?
        /// Every request, as messages call it.
        var asked: [String] = []
        var log: [String] = []
        private var waiting: [Event] = []

        init(
            _ text: String, traits: KernelTraits = .xfrm, policy: ThresholdPolicy = .auto, release: KernelRelease? = nil
        ) {
            self.text = text
            var settings = Daemon.Settings(
                configurationPath: "test.conf", processID: 99, kernelLife: "life", drift: .repair,
                parserOptions: ParserOptions(traits: traits, allowsInclude: false))
            settings.thresholds = policy
            settings.kernelRelease = release
            daemon = Daemon(settings: settings)
        }

        mutating func happen(_ event: Event) {
            waiting.append(event)
            while !waiting.isEmpty {
                let event = waiting.removeFirst()
                let now = Instant(seconds: 1000, microseconds: 0, monotonic: 1_000_000_000_000)
                for effect in daemon.handle(event, at: now) { perform(effect) }
            }
        }

        mutating func start() { happen(.started(RestoredState())) }

        mutating func reload(_ text: String) {
            self.text = text
            happen(.reloadRequested)
        }

        private mutating func perform(_ effect: Effect) {
            switch effect {
            case .burst(let burst):
                var id = burst.firstID
                for request in burst.requests {
                    asked.append(request.phrase)
                    let origin = KernelEvent.Origin(request: id, processID: 99, sequence: id.rawValue)
                    waiting.append(.kernel(answers(to: request).map { KernelEvent(origin: origin, content: $0) }))
                    id = id.next
                }
            case .readConfiguration(let purpose): waiting.append(.configuration(configuration, purpose))
            case .record: waiting.append(.recorded(complaint: nil))
            case .nextTurn: waiting.append(.turn)
            case .log(let entry): log.append(entry.message)
            default: break
            }
        }

        private var configuration: Configuration {
            var evaluation = DesiredState.Evaluation()
            for statement in ForeignProgram.statements(text) {
                evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
            }
            return .loaded(
                LoadedConfiguration(
                    desired: evaluation.finish(), warnings: [], locate: StatementLocator { _ in "test.conf:1" },
                    fingerprint: Fingerprint(rawValue: UInt64(text.count))))
        }

        private mutating func answers(to request: KernelRequest) -> [KernelEvent.Content] {
            switch request {
            case .subscribe: return [.subscribed]
            case .dumpPolicies:
                return policies.map { .dumpedPolicy($0, isLast: false) } + [.dumpEnded(complete: true)]
            case .dump: return [.dumpEnded(complete: true)]
            case .addPolicy(let policy):
                policies.append(policy)
                return [.policy(.added, policy)]
            case .deletePolicy(let identity):
                policies.removeAll { $0.identity == identity }
                return [.policy(.deleted, SecurityPolicy(identity: identity, action: .bypass))]
            case .getHashThresholds:
                return [
                    refusal.map { .refused($0) }
                        ?? .hashThresholds(thresholds, policyCount: policies.count + hiddenCount)
                ]
            case .setHashThresholds(let new):
                if let refusal { return [.refused(refusal)] }
                thresholds = new
                return [.hashThresholdsSet]
            default: return [.refused(.invalidArgument)]
            }
        }

        /// What was asked of thresholds and policies, in order.
        var story: [String] { asked.filter { $0.contains("threshold") || $0.hasPrefix("spd") && $0 != "spddump" } }
        var notices: [String] { log.filter { $0.contains("thresholds") } }
    }

    private static let adding = "spdadd out 10.1.0.0/24[any] 10.2.0.0/24[any] any"

    @Test func theyAreSetBeforeTheFirstPolicyAndSaidOnce() {
        var setting = Setting(Self.network)
        setting.start()
        #expect(setting.story.first == "get the policy hash thresholds" && setting.story.count == 3)
        #expect(setting.story[1] == "set the policy hash thresholds" && setting.story[2].hasPrefix("spdadd"))
        #expect(setting.thresholds.ipv4 == .init(local: 24, remote: 24))
        #expect(setting.thresholds.ipv6 == Self.defaults.ipv6)
        let said = "policy hash thresholds: IPv4 24/24 (was 32/32), chosen from the prefixes of the file"
        #expect(setting.notices == [said])
        setting.reload(Self.network + "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out none;")
        #expect(setting.policies.count == 2)
        #expect(setting.thresholds.ipv4 == .init(local: 24, remote: 24))
        #expect(setting.notices == [said])
    }

    @Test func whatTheKernelHasAlreadyIsNotSetAgain() {
        var setting = Setting(Self.network)
        setting.thresholds.ipv4 = .init(local: 24, remote: 24)
        setting.start()
        #expect(setting.story.count == 2 && setting.notices.isEmpty)
    }

    @Test func aReloadThatDeclaresTheFirstPoliciesChoosesThem() {
        var setting = Setting("")
        setting.start()
        #expect(setting.story.isEmpty)
        setting.reload(Self.network)
        #expect(setting.thresholds.ipv4 == .init(local: 24, remote: 24) && setting.policies.count == 1)
    }

    @Test(arguments: [(KernelTraits.pfKey, ThresholdPolicy.auto), (.xfrm, .keep)])
    func theyAreLeftAloneWhereTheyCannotOrMustNotBeTouched(traits: KernelTraits, policy: ThresholdPolicy) {
        var setting = Setting(Self.network, traits: traits, policy: policy)
        setting.start()
        #expect(setting.story.count == 1 && setting.policies.count == 1 && setting.thresholds == Self.defaults)
    }

    @Test func pfKeyHasThemBesideIt() {
        var setting = Setting(Self.network, traits: .pfKey.withHashThresholds)
        setting.start()
        #expect(setting.thresholds.ipv4 == .init(local: 24, remote: 24))
    }

    @Test func manyPoliciesOfOthersKeepAnOldKernelFromBeingAsked() throws {
        let foreign = (0..<1001).map { "spdadd 172.16.\($0 / 256).0/23 10.\($0 % 256).0.0/16 any -P in none;" }.joined()
        for (release, isSet) in [(KernelRelease(6, 1), false), (KernelRelease(6, 12), true)] {
            var setting = Setting(Self.network, release: release)
            setting.policies = ForeignProgram.statements(foreign).compactMap {
                if case .addPolicy(let policy) = $0.kind { policy } else { nil }
            }
            setting.start()
            #expect((setting.thresholds != Self.defaults) == isSet)
            #expect(setting.policies.count == 1002)
            let notice = try #require(setting.notices.first)
            #expect(notice.contains("ip xfrm policy set hthresh4 24 24") != isSet)
        }
    }

    @Test func policiesThatTheKernelDoesNotListCount() {
        var setting = Setting(Self.network)
        setting.hiddenCount = 1001
        setting.start()
        #expect(setting.thresholds == Self.defaults && setting.policies.count == 1)
    }

    @Test func aRefusalIsSaidAndStopsNothing() {
        var setting = Setting(Self.network)
        setting.refusal = .operationNotPermitted
        setting.start()
        #expect(setting.notices.count == 1 && setting.notices[0].contains("stay as they are"))
        #expect(setting.notices[0].contains("EPERM"))
        #expect(setting.policies.count == 1)
    }
}
