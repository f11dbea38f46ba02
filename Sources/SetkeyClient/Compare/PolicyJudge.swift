import IPsec
import SetkeySyntax

/// In what two policies differ that are for the same packets; those of the other end have been turned round.
enum PolicyJudge {
    static func differences(_ here: SecurityPolicy, _ there: SecurityPolicy) -> [EndDifference] {
        guard case .protect(let ours) = here.action, case .protect(let theirs) = there.action else {
            return difference(here, .action, here.actionText, there.actionText)
        }
        return difference(here, .transforms, text(ours, \.shape), text(theirs, \.shape))
            + difference(here, .level, text(ours, \.strictness), text(theirs, \.strictness))
    }

    private static func difference(
        _ policy: SecurityPolicy, _ field: EndDifference.Field, _ here: String, _ there: String
    ) -> [EndDifference] {
        guard here != there else { return [] }
        return [EndDifference(entry: policy.placeText, field: field, here: here, there: there)]
    }

    private static func text(_ transforms: [Transform], _ part: (Transform) -> String) -> String {
        transforms.map(part).joined(separator: " ")
    }
}

extension SecurityPolicy {
    fileprivate var actionText: String {
        var word: [UInt8] = []
        action.appendWord(to: &word)
        return String(decoding: word, as: UTF8.self)
    }
}

extension Transform {
    /// `esp/tunnel/192.0.2.1-192.0.2.2`: what both ends have to have in common.
    fileprivate var shape: String {
        var bare = self
        // The ends of what is no tunnel are the packet's own.
        if mode != .tunnel { bare.endpoints = nil }
        var text: [UInt8] = []
        bare.append(to: &text)
        let parts = String(decoding: text, as: UTF8.self).split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast().joined(separator: "/")
    }

    /// Whether a packet may do without it; which SA it takes is each machine's own matter.
    fileprivate var strictness: String { level == .use ? "use" : "require" }
}
