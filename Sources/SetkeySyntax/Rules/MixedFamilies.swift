import IPsec

/// Tunnels whose policies are of another address family than their ends: an SA serves packets of its own family alone, unless
/// it says otherwise (xfrm-facts 3.3).
enum MixedFamilies {
    private struct Tunnel: Hashable {
        let ends: Transform.Endpoints
        let nextLayer: NextLayerProtocol
    }

    static func remarks(on state: DesiredState) -> [LoadedDiagnostic] {
        let tunnels = mixedTunnels(of: state)
        var remarks = RuleRemarks(of: .mixedFamilies)
        guard !tunnels.isEmpty else { return [] }
        for declared in state.associations where declared.entry.servesOneFamily {
            let association = declared.entry
            let ends = Transform.Endpoints(source: association.source, destination: association.identity.destination)
            let nextLayer = NextLayerProtocol(rawValue: association.identity.ipsecProtocol.rawValue)
            guard tunnels.contains(Tunnel(ends: ends, nextLayer: nextLayer)) else { continue }
            let (own, other) = ends.source.family == .ipv4 ? ("IPv4", "IPv6") : ("IPv6", "IPv4")
            remarks.add(
                at: declared.origin,
                "a policy sends \(other) packets through this tunnel, and the SA serves \(own) packets alone",
                advice: "write -f af-unspec, which needs XFRM")
        }
        return remarks.diagnostics
    }

    private static func mixedTunnels(of state: DesiredState) -> Set<Tunnel> {
        var tunnels: Set<Tunnel> = []
        for declared in state.policies {
            guard case .protect(let transforms) = declared.entry.action else { continue }
            let family = declared.entry.identity.selector.source.address.family
            for transform in transforms where transform.mode == .tunnel {
                guard var ends = transform.endpoints, ends.source.family != family else { continue }
                ends.sourcePort = 0
                ends.destinationPort = 0
                tunnels.insert(Tunnel(ends: ends, nextLayer: transform.nextLayer))
            }
        }
        return tunnels
    }
}

extension SecurityAssociation {
    /// Whether packets must be of the family of its ends.
    fileprivate var servesOneFamily: Bool {
        mode == .tunnel && !flags.contains(.anyFamily) && options.selector == nil
    }
}
