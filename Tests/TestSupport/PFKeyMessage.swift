package import IPsec
package import KernelBackends

/// One PF_KEY message as a value that tests compose, change and compare: the header, and one optional field for every
/// extension of `linux/pfkeyv2.h`.
///
/// It has no bytes of its own: the product's codec reads and writes every extension of it.
package struct PFKeyMessage: Equatable, Sendable {
    package var header: PFKeyHeader

    package var association: PFKeyAssociation?
    package var association2: PFKeyAssociation2?
    package var currentLifetime: Lifetime?
    package var hardLifetime: Lifetime?
    package var softLifetime: Lifetime?
    package var source: PFKeyAddress?
    package var destination: PFKeyAddress?
    /// The source half of an SA's selector (kernel-facts 4).
    package var proxy: PFKeyAddress?
    package var integrityKey: PFKeyKey?
    package var encryptionKey: PFKeyKey?
    package var policy: PFKeyPolicy?
    /// `UDP_ENCAP_*`.
    package var natType: UInt8?
    package var natSourcePort: UInt16?
    package var natDestinationPort: UInt16?
    package var natOriginalAddress: PFKeyAddress?
    package var securityContext: PFKeySecurityContext?
    package var supportedIntegrity: [PFKeySupportedAlgorithm]?
    package var supportedEncryption: [PFKeySupportedAlgorithm]?
    package var spiRange: PFKeySPIRange?
    package var proposal: PFKeyProposal?
    package var filter: PFKeyFilter?
    package var sourceIdentity: PFKeyIdentity?
    package var destinationIdentity: PFKeyIdentity?
    package var sensitivity: PFKeySensitivity?
    package var keyManagerPrivate: PFKeyKeyManagerPrivate?
    package var keyManagerAddress: PFKeyKeyManagerAddress?

    /// A message without extensions, as FLUSH, DUMP and every refusal are.
    package init(header: PFKeyHeader) {
        self.header = header
    }

    /// A message without extensions.
    package init(
        _ type: PFKeyMessageType, saType: PFKeySAType = .unspecified, sequence: UInt32, processID: UInt32
    ) {
        header = PFKeyHeader(type: type, saType: saType, sequence: sequence, processID: processID)
    }
}
