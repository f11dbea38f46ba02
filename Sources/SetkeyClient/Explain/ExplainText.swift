package import ControlProtocol
import TextBytes

/// An explanation, to be read from top to bottom.
package enum ExplainText {
    package static func text(_ reply: ExplainReply) -> String {
        var text = "packet: \(reply.packet)\n"
        for lookup in reply.lookups { text += Self.text(lookup) }
        return text + "verdict: \(verdict(reply))\n"
    }

    private static func text(_ lookup: PolicyLookupRecord) -> String {
        var text = "policies '\(lookup.direction)':\n"
        if let statement = lookup.statement {
            text += "  by \(statement)\n     \(owner(lookup.owner))\n"
        } else {
            text += "  none matches\n"
        }
        for rival in lookup.rivals ?? [] { text += "  as strong: \(rival)\n" }
        for miss in lookup.misses ?? [] { text += Self.text(miss) }
        for transform in lookup.transforms {
            text += "  \(transform.transform): \(transform.reason)\n"
            if transform.association != nil { text += "     \(owner(transform.owner))\(more(transform))\n" }
            for miss in transform.misses ?? [] { text += Self.text(miss) }
        }
        text += "  \(word(lookup.fate)): \(lookup.reason)\n"
        for advice in lookup.advice ?? [] { text += "  do: \(advice)\n" }
        return text
    }

    private static func text(_ miss: NearMissRecord) -> String {
        "  not \(miss.entry)\n     \(owner(miss.owner)): it \(listed(miss.reasons, "and"))\n"
    }

    private static func owner(_ owner: String?) -> String { oneLine(owner ?? "foreign") }

    private static func more(_ transform: TransformLookupRecord) -> String {
        transform.fitting > 1 ? "; the newest of \(transform.fitting) that fit" : ""
    }

    private static func word(_ fate: Word<PacketFate>) -> String {
        switch fate {
        case .known(.protected): "protected"
        case .known(.clear): "in clear"
        case .known(.dropped): "dropped"
        case .unknown(let word): word
        }
    }

    private static func verdict(_ reply: ExplainReply) -> String {
        guard let last = reply.lookups.last else { return word(reply.fate) }
        let way = last.direction == .known(.outbound) ? "leaves" : "is let in"
        return switch reply.fate {
        case .known(.protected):
            last.direction == .known(.outbound) ? "leaves encrypted or authenticated" : "is let in if it was protected"
        case .known(.clear): "\(way) in clear"
        case .known(.dropped): "is dropped"
        case .unknown(let word): word
        }
    }
}
