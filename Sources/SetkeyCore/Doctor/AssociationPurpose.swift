import IPsec

/// What an SA is for; another one of the same takes its place.
struct AssociationPurpose: Hashable, Sendable {
    let source: IPAddress
    let destination: IPAddress
    private let ipsecProtocol: IPsecProtocol
    private let mode: Mode
    private let reqID: ReqID
    private let mark: Mark
    private let interfaceID: InterfaceID

    init(_ association: SecurityAssociation) {
        source = association.source
        destination = association.identity.destination
        ipsecProtocol = association.identity.ipsecProtocol
        mode = association.mode
        reqID = association.reqID
        mark = association.identity.mark
        interfaceID = association.interfaceID
    }
}
