/// A part of the SAD.
package struct AssociationsReply: Codable, Hashable, Sendable {
    /// Those of this part, in no particular order.
    package var associations: [AssociationRecord]
    /// The daemon's clock, seconds since 1970: what ages are counted to.
    package var time: Int
    /// In the last part: why the kernel does not tell all of them, and these are what is known.
    package var incomplete: String?
    /// Of `setkey --fingerprint`: what its fingerprints are made with, which are longer then; the daemon has none.
    package var salt: String?

    package init(associations: [AssociationRecord], time: Int) {
        self.associations = associations
        self.time = time
    }
}
