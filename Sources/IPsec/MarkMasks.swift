/// The masks of the marks of SAs, by which those are found that the kernel cannot tell from another one.
package struct MarkMasks: Sendable {
    /// Programs mark by one mask or two. Where there are more than these, SAs that are taken for each other are not
    /// foreseen, but noticed when it has happened.
    private static let limit = 64

    private var masks: [UInt32] = []

    package init() {}

    /// Whether no SA has had a mark.
    package var isEmpty: Bool { masks.isEmpty }

    /// There is an SA with this mark.
    @inline(__always)
    package mutating func note(_ mark: Mark) {
        if !mark.isNone { insert(mark.mask) }
    }

    private mutating func insert(_ mask: UInt32) {
        if masks.count < Self.limit, !masks.contains(mask) { masks.append(mask) }
    }

    /// What `find` gives for the names that the kernel finds when it is asked for `identity`, and that are others.
    package func rivals<Entry>(of identity: SAIdentity, _ find: (SAIdentity) -> Entry?) -> [Entry] {
        // Every mark finds an SA without one.
        if masks.isEmpty, identity.mark.isNone { return [] }
        return ([0] + masks).compactMap { mask in
            mask == identity.mark.mask ? nil : find(identity.marked(identity.mark.found(byMask: mask)))
        }
    }
}
