import IPsec
import SetkeySyntax

/// What a daemon finds written down when it starts.
package struct RestoredState: Sendable {
    /// What the file owned, and of which tables of the kernel.
    package var ownership = OwnershipRecord()
    /// A reload that waited for its confirmation, or was rolled back, and what was in force before it.
    package var confirmation: (record: ConfirmationRecord, former: FormerState)?

    /// That nothing is applied; `nil` if the file is.
    package var off: OffMark?

    package init() {}

    /// Whether something in it can be said by the richer kernel interface alone.
    var needsRicherTraits: Bool { ownership.needsRicherTraits || confirmation?.former.needsRicherTraits == true }
}

/// What is to be written down; one file each, replaced at once or not at all.
package enum StateChange: Sendable {
    /// Add to what is known of the ownership.
    case append(OwnershipAddition)
    /// Write the ownership file anew.
    case rewrite(OwnershipSnapshot)
    /// Keep the state to go back to.
    case keep(FormerState)
    /// Note that a reload waits for its confirmation, or that it was rolled back.
    case confirm(ConfirmationRecord)
    /// Nothing waits any more: forget the former state and its record.
    case forget
    /// Note that nothing is applied from now on.
    case turnOff(OffMark)
    /// The file is applied again.
    case turnOn
}

/// Everything that the ownership file has to tell.
package struct OwnershipSnapshot: Sendable {
    let ownership: Ownership
    let time: Int
    let fingerprint: Fingerprint?

    /// How many entries it has.
    var entryCount: Int { ownership.inForce.count + ownership.leftover.count }

    /// The text of the file, without its head.
    package var text: [UInt8] {
        var addition = OwnershipAddition(time: time)
        addition.claimed.associations =
            ownership.inForce.associations.map(\.entry.identity) + ownership.leftover.associations
        addition.claimed.policies =
            ownership.inForce.policies.map(\.entry).filter { !$0.isKernelsOwn }.map(\.identity)
            + ownership.leftover.policies
        addition.expired = NameLists(
            associations: Array(ownership.expired.associations.keys), policies: Array(ownership.expired.policies.keys))
        addition.fingerprint = fingerprint
        return addition.text
    }
}
