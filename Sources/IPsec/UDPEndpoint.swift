/// An address and a UDP port.
package struct UDPEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// An address of this machine, or of a peer.
    package let address: IPAddress
    /// In host byte order.
    package let port: UInt16

    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// As in a statement: `192.0.2.1[4500]`.
    package var description: String { "\(address)[\(port)]" }
}

extension SecurityAssociation {
    /// Where the packets of an SA with ESP in UDP arrive, if its destination is an address of this machine.
    package var arrival: UDPEndpoint? {
        guard let encapsulation, encapsulation.type == NATTraversal.espInUDP, encapsulation.destinationPort != 0 else {
            return nil
        }
        return UDPEndpoint(address: identity.destination, port: encapsulation.destinationPort)
    }
}
