package import IPsec
package import KernelBackends

/// What a simulated kernel holds, as its dumps tell a socket of their own.
package struct KernelContents: Equatable, Sendable {
    package var associations: Set<SecurityAssociation> = []
    package var policies: Set<SecurityPolicy> = []

    package init(of kernel: inout SimulatedKernel, at now: SimulatedKernel.Instant) {
        let observer = kernel.open()
        defer { kernel.close(observer) }
        var codec = PFKeyCodec(processID: 7)
        for (id, request) in [(1, KernelRequest.dump(nil)), (2, .dumpPolicies)] as [(UInt32, KernelRequest)] {
            var bytes: [UInt8] = []
            guard (try? codec.encode(request, id: RequestID(rawValue: id), into: &bytes)) != nil else { continue }
            _ = kernel.send(bytes, from: observer, at: now)
            while let datagram = kernel.receive(on: observer) {
                switch codec.decode(datagram.span).content {
                case .dumped(let association, _): associations.insert(association)
                case .dumpedPolicy(let policy, _): policies.insert(policy)
                default: break
                }
            }
        }
    }

    /// Without counters and without what the kernel numbers by itself: comparable with those of another kernel.
    package var declared: KernelContents {
        var contents = self
        contents.associations = Set(
            associations.map {
                var association = $0
                association.current = .zero
                return association
            })
        contents.policies = Set(
            policies.map {
                var policy = $0
                policy.current = .zero
                policy.index = nil
                policy.referenceCount = 0
                return policy
            })
        return contents
    }

    /// The same number wherever the kernel has drawn one for `unique`.
    package var withoutDrawnNumbers: KernelContents {
        var contents = self
        contents.policies = Set(
            policies.map { policy in
                guard case .protect(let transforms) = policy.action else { return policy }
                var policy = policy
                policy.action = .protect(
                    transforms.map {
                        var transform = $0
                        if case .unique(let number) = transform.level, number.rawValue > ReqID.manualMaximum {
                            transform.level = .unique(.none)
                        }
                        return transform
                    })
                return policy
            })
        return contents
    }

    /// What is there of `expected` and not here, and the other way round, in words; nothing if they are equal.
    package func differences(from expected: KernelContents) -> [String] {
        Self.differences(associations, expected.associations) { "\($0.identity) \($0.limits.hard.addTime)" }
            + Self.differences(policies, expected.policies) {
                "\($0.identity.direction) \($0.identity.selector) \($0.action)"
            }
    }

    private static func differences<Entry>(
        _ here: Set<Entry>, _ there: Set<Entry>, _ name: (Entry) -> String
    ) -> [String] {
        there.subtracting(here).map { "missing: \(name($0))" } + here.subtracting(there).map { "too much: \(name($0))" }
    }
}

extension KernelRequest {
    /// Whether it may change what the kernel holds.
    package var isWrite: Bool {
        switch self {
        case .subscribe, .ping, .get, .dump, .getPolicy, .dumpPolicies, .getHashThresholds: false
        // How the kernel looks for what it holds.
        case .setHashThresholds: false
        default: true
        }
    }
}
