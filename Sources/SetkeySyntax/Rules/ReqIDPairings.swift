package import IPsec

/// How an SA goes together with the policies of its machine.
package enum ReqIDPairing: Hashable, Sendable {
    /// No policy wants an SA of its protocol, mode and ends.
    case unwanted
    /// A policy takes it.
    case fits
    /// Policies would take it if it had another reqid.
    case refused
}

/// What the policies of a machine need, to be asked about many SAs.
package struct ReqIDPairings {
    /// More kinds of selectors than this are not judged.
    private static let shapeLimit = 64

    /// What the policies need.
    private var needs = Needs()
    /// The same where they would not look at reqids.
    private var unnumbered = Needs()

    private struct Needs {
        var all: Set<AssociationNeed> = []
        var shapes: Set<NeedShape> = []

        mutating func add(_ need: AssociationNeed) {
            all.insert(need)
            shapes.insert(NeedShape(of: need))
        }

        func areServed(by association: SecurityAssociation) -> Bool {
            shapes.contains { $0.need(servedBy: association).map(all.contains) ?? false }
        }
    }

    package init(of policies: some Sequence<SecurityPolicy>) {
        for policy in policies where policy.identity.direction != .forward {
            for need in AssociationNeed.all(of: policy) where need.number != .drawn {
                needs.add(need)
                unnumbered.add(need.ofAnyNumber)
            }
        }
    }

    /// How `association` goes together with the policies.
    package func pairing(of association: SecurityAssociation) -> ReqIDPairing {
        guard needs.shapes.count <= Self.shapeLimit, unnumbered.areServed(by: association) else { return .unwanted }
        return needs.areServed(by: association) ? .fits : .refused
    }
}
