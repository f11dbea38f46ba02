import IPsec

/// SAs of a group that follow one another (RFC 4552): each of its members sends and receives by one SA, so that the next one
/// sends in the moment in which it begins, and who is late does not understand it. Policies say when to send by which.
enum GroupSwitches {
    static func remarks(on whole: DesiredState) -> [LoadedDiagnostic] {
        guard let schedule = whole.schedule else { return [] }
        var remarks = RuleRemarks(of: .groupWithoutSwitch)
        var lanes: [AssociationLane: Int] = [:]
        let group = whole.associations.indices.filter { whole.associations[$0].entry.isOfGroup }
        for position in group { lanes[AssociationLane(whole.associations[position].entry), default: 0] += 1 }
        for position in group where schedule.validity(ofAssociation: position).from != .min {
            let declared = whole.associations[position]
            guard lanes[AssociationLane(declared.entry)] ?? 0 > 1 else { continue }
            remarks.add(
                at: declared.origin,
                "members of this group send by this SA as soon as it begins, and those whose clocks are late do not know it yet",
                advice:
                    "give it a reqid of its own (-u), let it begin earlier, and let two policies of one selector follow each "
                    + "other, unique:OLD and unique:NEW")
        }
        return remarks.diagnostics
    }
}
