package import IPsec

/// The SAs of one direction between two hosts that may take each other's place.
package struct AssociationLane: Hashable, Sendable {
    private let source: IPAddress
    private let destination: IPAddress
    private let ipsecProtocol: IPsecProtocol
    private let mode: Mode
    private let reqID: ReqID

    package init(_ association: SecurityAssociation) {
        source = association.source
        destination = association.identity.destination
        ipsecProtocol = association.identity.ipsecProtocol
        mode = association.mode
        reqID = association.reqID
    }

    private init(turning lane: AssociationLane) {
        source = lane.destination
        destination = lane.source
        (ipsecProtocol, mode, reqID) = (lane.ipsecProtocol, lane.mode, lane.reqID)
    }

    /// That of the way back.
    var back: AssociationLane { AssociationLane(turning: self) }
}
