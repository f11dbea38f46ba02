import ControlProtocol
import IPsec
import Testing

@testable import SetkeyCore

/// What the daemon says of its kernel interface.
@Suite struct KernelTraitsTests {
    @Test func membersMayAskWhatTheKernelInterfaceCanCarry() {
        var machine = Machine.started()
        machine.post(.called(Machine.nobody, .traits))
        #expect(machine.replies.last?.client == Machine.nobody)
        #expect(machine.replies.last?.reply == .traits(TraitsReply(.pfKey)))
    }

    @Test func statusNamesTheKernelBehindTheInterface() throws {
        for (protectsTraffic, name) in [(true, "PF_KEY"), (false, "simulated")] {
            var machine = Machine(protectsTraffic: protectsTraffic)
            machine.start()
            let status = try machine.askStatus()
            #expect(status.kernelInterface == name && status.protectsTraffic == protectsTraffic)
        }
    }

    @Test func theEndOfAPolicyIsAskedForOnlyWhereItIsNotTold() throws {
        let identity = PolicyIdentity(
            direction: .outbound,
            selector: Selector(
                source: AddressPrefix(address: .unspecified(.ipv4)),
                destination: AddressPrefix(address: .unspecified(.ipv4))))
        var policy = SecurityPolicy(identity: identity, action: .discard)
        policy.limits.hard.addTime = 60
        policy.current.addTime = 1000
        policy.index = PolicyIndex(rawValue: 8)
        let told = KernelTraits(
            name: "TOY", algorithms: KernelTraits.pfKey.algorithms, numbersAlgorithms: true,
            maximumReplayWindow: .ordinary,
            maximumUniqueReqID: .none, keepsOriginalAddress: false, tellsPolicyExpiry: true)
        for (traits, asks) in [(KernelTraits.pfKey, true), (told, false)] {
            var desk = KernelDesk(traits, requestsAfter: RequestID(rawValue: 0))
            var out = Outbox()
            out.begin(at: Instant(seconds: 2000, microseconds: 0, monotonic: 1))
            let origin = KernelEvent.Origin(request: nil, processID: 7, sequence: 0)
            var event = KernelEvent(origin: origin, content: .policy(.added, policy))
            _ = desk.hear(&event, &out)
            out.begin(at: Instant(seconds: 2001, microseconds: 0, monotonic: 1_000_000_001))
            let reading = desk.nextReading(out)?.0
            if asks {
                guard case .getPolicy(PolicyIndex(rawValue: 8))? = reading else {
                    Issue.record("PF_KEY does not tell that a policy has ended, and is not asked")
                    continue
                }
            } else {
                #expect(reading == nil)
            }
        }
    }
}
