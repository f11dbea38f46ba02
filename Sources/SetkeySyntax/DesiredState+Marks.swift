import IPsec

extension DesiredState.Evaluation {
    /// All statements have been taken: objects to SAs whose marks the kernel cannot tell apart (xfrm-facts 2.1).
    package mutating func endText() {
        guard !masks.isEmpty, reading == .declaration else { return }
        let declared = associations.remaining { [self] clock, association in isKept(association, since: clock) }
        for one in declared {
            for other in masks.rivals(of: one.entry.identity, { declared[$0] }) {
                report(one, other)
            }
        }
    }

    /// - Parameter other: what the kernel finds when it is asked for `one`.
    private mutating func report(
        _ one: DesiredState.Declared<SecurityAssociation>, _ other: DesiredState.Declared<SecurityAssociation>
    ) {
        let (name, found) = (one.entry.identity, other.entry.identity)
        let isLater = associations.clock(of: name) ?? 0 > associations.clock(of: found) ?? 0
        // Where each finds the other, it is said once.
        let isMutual = found.mark.found(byMask: name.mark.mask) == name.mark
        guard isLater || !isMutual else { return }
        let (first, second) = isLater ? (other, one) : (one, other)
        reportDuplicate(
            "\(name) and \(found) are the same SA to the kernel, which cannot tell their marks apart",
            second.origin, first.origin, "give one of them another SPI")
    }
}
