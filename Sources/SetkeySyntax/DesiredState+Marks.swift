import IPsec

extension DesiredState.Evaluation {
    private typealias Clocked = (declared: DesiredState.Declared<SecurityAssociation>, clock: Int)

    /// All statements have been taken: objects to SAs whose marks the kernel cannot tell apart (xfrm-facts 2.1), where both
    /// hold at some moment.
    package mutating func endText() {
        guard !masks.isEmpty, reading == .declaration else { return }
        let lasting = associations.remaining { [self] clock, association in isKept(association, since: clock) }
        for one in lasting {
            let clocked = (one, associations.clock(of: one.entry.identity) ?? 0)
            for rival in rivals(of: one.entry.identity, among: lasting, in: .always) { report(clocked, rival) }
        }
        for (timed, clock) in timedAssociations.all where isKept(timed.declared.entry, since: clock) {
            for rival in rivals(of: timed.declared.entry.identity, among: lasting, in: timed.validity) {
                report((timed.declared, clock), rival)
            }
        }
    }

    /// What the kernel finds when it is asked for an SA, at some moment of `validity`.
    private func rivals(
        of identity: SAIdentity, among lasting: DeclaredEntries<SAIdentity, SecurityAssociation>, in validity: Validity
    ) -> [Clocked] {
        masks.rivals(of: identity) { name in
            if let declared = lasting[name] { return [(declared, associations.clock(of: name) ?? 0)] }
            return timedAssociations.rivals(of: name, in: validity)
        }.flatMap { (rivals: [Clocked]) in rivals.filter { isKept($0.declared.entry, since: $0.clock) } }
    }

    /// - Parameter other: what the kernel finds when it is asked for `one`.
    private mutating func report(_ one: Clocked, _ other: Clocked) {
        let (name, found) = (one.declared.entry.identity, other.declared.entry.identity)
        let isLater = one.clock > other.clock
        // Where each finds the other, it is said once.
        let isMutual = found.mark.found(byMask: name.mark.mask) == name.mark
        guard isLater || !isMutual else { return }
        let (first, second) = isLater ? (other, one) : (one, other)
        reportDuplicate(
            "\(name) and \(found) are the same SA to the kernel, which cannot tell their marks apart",
            second.declared.origin, first.declared.origin, "give one of them another SPI")
    }
}
