import IPsec

/// SAs that look as if they were for many packets a second, with a replay window of old: a combined-mode cipher or extended
/// sequence numbers need XFRM, and XFRM has wider windows. Said once of a file.
enum NarrowWindows {
    static func remarks(on state: DesiredState) -> [LoadedDiagnostic] {
        var first: DesiredState.Declared<SecurityAssociation>?
        var count = 0
        for declared in state.associations where declared.entry.mayBeFastAndIsNarrow {
            count += 1
            first = first ?? declared
        }
        guard let first else { return [] }
        let others = count == 1 ? "" : "; \(count) SAs of this file are alike"
        let window = first.entry.replayWindow.rawValue
        let effect =
            window == 0
            ? "this SA has no replay window: whoever repeats its packets is not noticed"
            : "this SA drops what \(window) packets overtake, as they may on a fast link or with several processors"
        var remarks = RuleRemarks(of: .narrowWindow)
        remarks.add(.note, at: first.origin, effect + others, advice: "write -r 1024, if it receives")
        return remarks.diagnostics
    }
}

extension SecurityAssociation {
    /// A group's have no window for a reason, and what only sends needs none.
    fileprivate var mayBeFastAndIsNarrow: Bool {
        guard replayWindow.rawValue <= ReplayWindow.ordinary.rawValue, !isOfGroup, options.direction != .outbound else {
            return false
        }
        if case .combined = encryption.row?.kind { return true }
        return flags.contains(.extendedSequence)
    }
}
