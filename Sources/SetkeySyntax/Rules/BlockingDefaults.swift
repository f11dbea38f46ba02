import IPsec

/// Defaults that drop what no policy matches, in a file without a policy that lets packets of this machine pass in clear.
enum BlockingDefaults {
    static func remarks(on state: DesiredState, in ground: RuleGround) -> [LoadedDiagnostic] {
        var remarks = RuleRemarks(of: .blockingDefault)
        for direction in [Direction.inbound, .outbound] {
            guard let declared = state.policies[PolicyIdentity(defaultOf: direction)],
                declared.entry.action == .discard, !state.letsPass(direction)
            else { continue }
            let word = direction.word
            // xfrm-facts 3.6.
            let examples = direction == .inbound ? "IPv6 neighbour discovery, ::1" : "IPv6 neighbour discovery"
            remarks.add(
                at: declared.origin,
                "no policy of \(ground.name) lets packets '\(word)' pass in clear, and this drops all others: it can cut you "
                    + "off from this machine",
                advice:
                    "add spdadd ... -P \(word) none for what has to pass (ssh, DNS, \(examples)), and apply it with "
                    + "setkey --reload --confirm 60")
        }
        return remarks.diagnostics
    }
}

extension DesiredState {
    /// Whether a policy of this direction lets packets pass in clear.
    fileprivate func letsPass(_ direction: Direction) -> Bool {
        policies.contains { declared in
            declared.entry.identity.direction == direction && declared.entry.action == .bypass
                && !declared.entry.identity.isDefault
        }
    }
}
