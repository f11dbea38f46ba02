package import IPsec

/// One parsed statement of the setkey language, and where it stands.
package struct Statement: Equatable, Sendable {
    /// What it says.
    package let kind: Kind
    /// Byte offsets in its source text, from the first token through the `;`.
    package let range: Range<Int>
    /// Whether a key is written in its text; one that comes from a credential is not.
    package let containsKey: Bool
    /// When what it declares holds.
    package let validity: Validity

    package init(_ kind: Kind, range: Range<Int>, containsKey: Bool = false, validity: Validity = .always) {
        self.kind = kind
        self.range = range
        self.containsKey = containsKey
        self.validity = validity
    }

    /// What a statement says; names of the language on the left of each comment. What is large is `indirect`, so that
    /// the many are small.
    ///
    /// What can be written, and nothing else: most are one ``request`` to the kernel, others are many (`deleteall`), or
    /// none; and of the requests some cannot be written.
    package enum Kind: Equatable, Sendable {
        /// `add`
        case add(SecurityAssociation)
        /// `update`
        case update(SecurityAssociation)
        /// `getspi`: addresses, mode and reqid count; an SPI written out is the only one of the range.
        case reserveSPI(SecurityAssociation, range: ClosedRange<UInt32>)
        /// `get`
        indirect case get(SAReference)
        /// `delete`
        indirect case delete(SAReference)
        /// `deleteall`; without a protocol the SAs of all protocols.
        indirect case deleteAll(source: IPAddress, destination: IPAddress, ipsecProtocol: IPsecProtocol?)
        /// `flush`
        case flush(IPsecProtocol?)
        /// `dump`
        case dump(IPsecProtocol?)
        /// `spdadd`; `spddefault`, where the name is that of a default.
        case addPolicy(SecurityPolicy)
        /// `spdupdate`: adds, or replaces what is there.
        case updatePolicy(SecurityPolicy)
        /// `spddelete`
        indirect case deletePolicy(PolicyIdentity)
        /// `spdflush`
        case flushPolicies
        /// `spddump`
        case dumpPolicies
        /// `include "GLOB"`; the parser does not follow it, ``SourceLoader`` does.
        case include(pattern: String)
        /// `exit`, `quit`, `bye`: nothing behind it is read.
        case end
    }
}
