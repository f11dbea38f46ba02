import IPsec

/// SAs that a group sends and receives through, and that say one direction: the kernel drops what goes the other way
/// (xfrm-facts 3.3).
enum OneWayGroups {
    static func remarks(on state: DesiredState) -> [LoadedDiagnostic] {
        var remarks = RuleRemarks(of: .oneWayGroup)
        for declared in state.associations where declared.entry.isOfGroup {
            guard let direction = declared.entry.options.direction else { continue }
            let other = direction == .inbound ? "sent" : "received"
            remarks.add(
                at: declared.origin,
                "an SA of a group is used both ways, and with -dir \(direction.word) nothing is \(other) through it",
                advice: "remove -dir")
        }
        return remarks.diagnostics
    }
}
