import IPsec

/// Two policies for the two ways of one connection, which both say `out`, or both `in`.
///
/// A hub has two `out` policies with mirrored selectors, too; its tunnels lead from itself to two peers, and their
/// ends are no mirror image.
enum MirroredDirections {
    static func remarks(on state: DesiredState) -> [LoadedDiagnostic] {
        var remarks = RuleRemarks(of: .sameDirectionTwice)
        for (index, declared) in state.policies.enumerated() {
            let identity = declared.entry.identity
            guard identity.direction != .forward, case .protect(let transforms) = declared.entry.action else {
                continue
            }
            let mirrored = identity.selecting(identity.selector.mirrored)
            guard mirrored != identity, let other = state.policies[mirrored], isEarlier(other, index, in: state),
                case .protect(let others) = other.entry.action, isMirrored(transforms, others)
            else { continue }
            let right = identity.direction == .outbound ? "in" : "out"
            remarks.add(
                at: declared.origin,
                "this policy and its mirror image are both for '\(identity.direction.word)'",
                advice: "one of the two should be for '\(right)'")
        }
        return remarks.diagnostics
    }

    /// So that each pair is remarked on once, at the second of the two.
    private static func isEarlier(
        _ other: DesiredState.Declared<SecurityPolicy>, _ index: Int, in state: DesiredState
    ) -> Bool {
        let origin = state.policies[index].origin
        return (other.origin.source, other.origin.range.lowerBound) < (origin.source, origin.range.lowerBound)
    }

    private static func isMirrored(_ transforms: [Transform], _ others: [Transform]) -> Bool {
        transforms.count == others.count
            && zip(transforms, others).allSatisfy { one, other in
                one.mode == other.mode && one.endpoints?.source == other.endpoints?.destination
                    && one.endpoints?.destination == other.endpoints?.source
            }
    }
}

extension Selector {
    /// The selector of the packets the other way; a type and code, or a key, have no other way.
    fileprivate var mirrored: Selector {
        let hasPorts = !nextLayer.hasTypeAndCode && nextLayer != .gre
        return Selector(
            source: destination, destination: source, nextLayer: nextLayer,
            sourcePort: hasPorts ? destinationPort : sourcePort,
            destinationPort: hasPorts ? sourcePort : destinationPort)
    }
}
