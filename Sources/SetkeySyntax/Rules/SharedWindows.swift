import IPsec

/// A replay window where several senders count their packets: each is dropped whose number is behind another's.
enum SharedWindows {
    /// What is to be said of an SA, and what to do; `nil` of one with a single sender, or without a window.
    static func remark(on association: SecurityAssociation) -> (message: String, advice: String)? {
        guard association.isOfGroup, association.replayWindow != .disabled else { return nil }
        let senders = association.identity.destination.isMulticast ? "to a multicast group" : "from any source"
        let message =
            "an SA \(senders) with a replay window of \(association.replayWindow.rawValue): "
            + "packets of all but one of several senders are dropped"
        return (message, "write -r 0")
    }

    /// Of the SAs of the kernel; of a text the parser says it, of each statement.
    static func remarks(on state: DesiredState) -> [LoadedDiagnostic] {
        var remarks = RuleRemarks(of: .sharedReplayWindow)
        for declared in state.associations {
            guard let remark = remark(on: declared.entry) else { continue }
            remarks.add(at: declared.origin, remark.message, advice: remark.advice)
        }
        return remarks.diagnostics
    }
}
