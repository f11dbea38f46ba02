import IPsec
import TextBytes

/// What is legal in a file and probably not meant: found over its entries as all statements leave them.
///
/// One type for each rule. `setkey -n`, `--check`, `--plan` and a reload ask all of them, and `--doctor` of what the kernel
/// has; a run asks those about traffic that would be cut off or in clear.
package enum FileRules {
    /// Everything that the rules have to say of a file, rule by rule.
    ///
    /// - Parameters:
    ///   - ground: where the entries are.
    ///   - expectsForward: whether the file has to declare `fwd` itself, which RFC semantics (`-r`) add.
    ///   - clock: by which time to judge what holds for a time; `nil` where nothing does.
    package static func remarks(
        on state: DesiredState, in ground: RuleGround = .file, expectsForward: Bool = true, clock: RuleClock? = nil
    ) -> [LoadedDiagnostic] {
        let state = state.whole
        let use = AssociationUse(of: state)
        var remarks = expectsForward ? trafficRemarks(on: state) : []
        remarks += BlockingDefaults.remarks(on: state, in: ground)
        remarks += MirroredDirections.remarks(on: state)
        remarks += OverlappingPolicies.remarks(on: state)
        remarks += UnservedPolicies.remarks(on: state, use, in: ground)
        remarks += UnusedAssociations.remarks(on: state, use, in: ground)
        remarks += MixedFamilies.remarks(on: state)
        remarks += OneWayGroups.remarks(on: state)
        let keys = FileKeys(of: state)
        remarks += PublishedKeys.remarks(on: state, keys)
        remarks += SharedKeys.remarks(on: state, keys)
        if case .kernel = ground { remarks += SharedWindows.remarks(on: state) }
        if let clock { remarks += timeRemarks(on: state, use, clock) }
        return remarks
    }

    private static func timeRemarks(
        on whole: DesiredState, _ use: AssociationUse, _ clock: RuleClock
    ) -> [LoadedDiagnostic] {
        UncoveredTimes.remarks(on: whole, Coverage(of: whole, use), since: clock.now)
            + EndingPolicies.remarks(on: whole, since: clock.now)
            + ScheduledPairs.remarks(on: whole, use, clock) + GroupSwitches.remarks(on: whole)
            + RollsUnderOneSPI.remarks(on: whole, since: clock.now)
    }

    /// What is as it should be, and good to know before the file is in use.
    package static func notes(on state: DesiredState) -> [LoadedDiagnostic] {
        let state = state.whole
        return RepeatedNonces.remarks(on: state) + NarrowWindows.remarks(on: state) + SequenceEnd.remarks(on: state)
    }

    /// Of the remarks only what concerns traffic that is cut off; the SAs of the state do not matter.
    package static func trafficRemarks(on state: DesiredState) -> [LoadedDiagnostic] {
        TunnelsWithoutForward.remarks(on: state.whole)
    }
}

extension PolicyIdentity {
    /// `out 10.1.0.0/24 10.2.0.0/24[80] 6`, for messages.
    var ruleText: String {
        var text: [UInt8] = []
        text.append(direction.word)
        text.append(" ")
        selector.append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
