import IPsec

/// Finds the tunnel-mode `in` policies without the `fwd` policy that forwarded packets need on Linux (`setkey -n`).
package struct TwinCheck {
    private var inbound: [Selector: StatementOrigin] = [:]
    private var order: [Selector] = []
    private var forward: Set<Selector> = []

    package init() {}

    /// Takes the next statement.
    package mutating func add(_ kind: Statement.Kind, at origin: StatementOrigin) {
        guard case .addPolicy(let policy) = kind.asAddition else { return }
        let selector = policy.identity.selector
        if policy.identity.direction == .forward { forward.insert(selector) }
        guard policy.identity.direction == .inbound, case .protect(let transforms) = policy.action,
            transforms.contains(where: { $0.mode == .tunnel }), inbound[selector] == nil
        else { return }
        inbound[selector] = origin
        order.append(selector)
    }

    /// One warning for each such policy, in the order of the text.
    package func finish() -> [LoadedDiagnostic] {
        order.compactMap { selector in
            guard !forward.contains(selector), let origin = inbound[selector] else { return nil }
            let message =
                "a tunnel-mode policy for 'in' without its twin for 'fwd': forwarded packets are not let through"
            let diagnostic = Diagnostic(
                .warning, at: origin.range, message, advice: "add the same policy with -P fwd, or use -r")
            return LoadedDiagnostic(diagnostic: diagnostic, source: origin.source)
        }
    }
}

extension Statement.Kind {
    /// `spdupdate` as the `spdadd` that it amounts to.
    fileprivate var asAddition: Statement.Kind {
        if case .updatePolicy(let policy) = self { .addPolicy(policy) } else { self }
    }
}
