/// ESP in UDP (RFC 3948): the SA's encapsulation.
package struct NATTraversal: Hashable, Sendable {
    /// The default port of both ends (RFC 3948, 2.1).
    package static let defaultPort: UInt16 = 4500
    /// `UDP_ENCAP_ESPINUDP`.
    package static let espInUDP: UInt8 = 2

    /// `sadb_x_nat_t_type_type`; 2 is ESP in UDP.
    package var type: UInt8
    /// The UDP port that its packets come from (`sadb_x_nat_t_port_port`), in host byte order; 0 for none.
    package var sourcePort: UInt16
    /// The UDP port that its packets go to, in host byte order; 0 for none.
    package var destinationPort: UInt16

    package init(type: UInt8 = NATTraversal.espInUDP, sourcePort: UInt16, destinationPort: UInt16) {
        self.type = type
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
    }
}

/// An LSM's label on an SA or a policy (`sadb_x_sec_ctx`).
package struct SecurityContext: Hashable, Sendable {
    /// Domain of interpretation; 1 is the LSM's (`XFRM_SC_DOI_LSM`).
    package let domain: UInt8
    /// 1 is SELinux (`XFRM_SC_ALG_SELINUX`).
    package let algorithm: UInt8
    /// The label's text, without a terminating NUL.
    package let label: String

    package init(domain: UInt8, algorithm: UInt8, label: String) {
        self.domain = domain
        self.algorithm = algorithm
        self.label = label
    }
}
