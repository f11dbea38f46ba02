/// Something in which two ends differ.
package struct EndDifference: Encodable, Hashable, Sendable {
    /// What of an entry differs.
    package enum Field: String, CaseIterable, Encodable, Sendable {
        case presence
        case source
        case mode
        case encryption
        case integrity
        case compression
        case icv
        case encryptionKey
        case integrityKey
        case window
        case extendedSequence
        case soft
        case hard
        case encapsulation
        case reqid
        case action
        case transforms
        case level
    }

    /// The SA or the policy, by its name here.
    package let entry: String
    package let field: Field
    /// What it is here; nothing of keys.
    package let here: String?
    /// What it is there; nothing of keys.
    package let there: String?

    package init(entry: String, field: Field, here: String? = nil, there: String? = nil) {
        self.entry = entry
        self.field = field
        self.here = here
        self.there = there
    }
}
