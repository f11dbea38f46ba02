import IPsec
import SetkeySyntax

/// What an SA is for; another one of the same takes its place.
struct AssociationPurpose: Hashable, Sendable {
    /// Its direction, but for what else a packet or a policy may ask for.
    private let lane: AssociationLane
    private let mark: Mark
    private let interfaceID: InterfaceID

    init(_ association: SecurityAssociation) {
        lane = AssociationLane(association)
        mark = association.identity.mark
        interfaceID = association.interfaceID
    }
}
