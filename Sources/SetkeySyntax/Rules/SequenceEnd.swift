import IPsec

/// SAs with sequence numbers of 32 bits, of which nothing says when they are replaced: said once of a file.
enum SequenceEnd {
    static func remarks(on state: DesiredState) -> [LoadedDiagnostic] {
        var first: StatementOrigin?
        var count = 0
        for declared in state.associations where declared.entry.endsUnsaid {
            count += 1
            first = first ?? declared.origin
        }
        guard let first else { return [] }
        let others = count == 1 ? "" : "; \(count) SAs of this file do"
        var remarks = RuleRemarks(of: .sequenceEnd)
        remarks.add(
            .note, at: first,
            "this SA stops for good after \(UInt32.max) packets, the last of its sequence numbers\(others)",
            advice: "replace it in time (-ph and -ps say when), or write -esn on both ends, which needs XFRM")
        return remarks.diagnostics
    }
}

extension SecurityAssociation {
    /// Whether it numbers its packets with 32 bits, stops after the last number, and has no limit that ends it before.
    fileprivate var endsUnsaid: Bool {
        guard identity.ipsecProtocol != .ipcomp, flags.isDisjoint(with: [.extendedSequence, .sequenceMayWrap]) else {
            return false
        }
        let packets = limits.hard.allocations
        return packets == 0 || packets > UInt64(UInt32.max)
    }
}
