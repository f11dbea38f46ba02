import IPsec

/// The tunnel-mode `in` policies without the `fwd` policy that forwarded packets need on Linux.
enum TunnelsWithoutForward {
    static func remarks(on state: DesiredState) -> [LoadedDiagnostic] {
        var remarks = RuleRemarks(of: .tunnelWithoutForward)
        for declared in state.policies where declared.entry.identity.direction == .inbound {
            guard case .protect(let transforms) = declared.entry.action,
                transforms.contains(where: { $0.mode == .tunnel })
            else { continue }
            let forward = declared.entry.identity.turned(.forward)
            guard !state.policies.contains(forward) else { continue }
            remarks.add(
                at: declared.origin,
                "tunnel policy for 'in' has no matching 'fwd' policy: packets from the tunnel will not be forwarded",
                advice: "add the same policy with -P fwd, or use -r")
        }
        return remarks.diagnostics
    }
}
