import IPsec

extension StatementParser {
    /// The rest of `spdadd` and `spdupdate`.
    mutating func parsePolicy() throws(Diagnostic) -> SecurityPolicy {
        let written = try parseSelector()
        let context = try parseLabel()
        let direction = try parseDirection()
        let priority = try parsePriority()
        let identity = PolicyIdentity(direction: direction, selector: written.selector)
        var policy = SecurityPolicy.Fields(
            identity: identity, action: try parseAction(direction), priority: priority)
        policy.securityContext = context
        try expectEnd("a transform or ';'")
        if options.warns { warnOfSelector(written.selector, written.source, written.destination) }
        return SecurityPolicy(policy)
    }

    /// The rest of `spddelete`: what names the policy; a whole policy behind `-P` is read, and not needed.
    mutating func parsePolicyIdentity() throws(Diagnostic) -> PolicyIdentity {
        let written = try parseSelector()
        _ = try parseLabel()
        let direction = try parseDirection()
        if current.kind != .semicolon {
            _ = try parsePriority()
            if current.kind != .semicolon { _ = try parseAction(direction) }
        }
        try expectEnd("';'")
        return PolicyIdentity(direction: direction, selector: written.selector)
    }

    /// `-ctx DOI ALG "label"` in front of `-P`.
    private mutating func parseLabel() throws(Diagnostic) -> SecurityContext? {
        guard skip(.context) else { return nil }
        return try parseContext()
    }

    private mutating func parseDirection() throws(Diagnostic) -> Direction {
        guard skip(.policy) || partOption() && skip(.policy) else {
            throw unexpected("-P", "write -P in, -P out or -P fwd")
        }
        let direction: Direction
        switch keyword {
        case .inbound: direction = .inbound
        case .outbound: direction = .outbound
        case .forward: direction = .forward
        default: throw unexpected("a direction", "write in, out or fwd")
        }
        advance()
        return direction
    }

    private mutating func parseAction(_ direction: Direction) throws(Diagnostic) -> PolicyAction {
        let keyword = keyword
        switch keyword {
        case .discard, .clear, .ipsec: advance()
        case .bypass, .entrust:
            throw failure(current.range, "this is for policies of sockets, not for the SPD", "write none or ipsec")
        default:
            throw unexpected("what to do with the packets", "write discard, none, or ipsec and its transforms")
        }
        guard self.keyword != .prio, self.keyword != .priority else { throw latePriority() }
        switch keyword {
        case .discard: return .discard
        case .ipsec: return .protect(try parseTransforms(direction))
        default: return .bypass
        }
    }

    /// The error of a priority that follows the action.
    mutating func latePriority() -> Diagnostic {
        failure(current.range, "the priority comes before the action", "write for example: -P out prio high discard")
    }

    // MARK: Priority

    /// `prio N`, `prio -N`, `prio low|def|high`, `prio base + N`, `prio base - N`; signs may touch their neighbours.
    ///
    /// A higher number is a higher priority, and a lower number for the kernel.
    private mutating func parsePriority() throws(Diagnostic) -> UInt32 {
        guard keyword == .prio || keyword == .priority else { return SecurityPolicy.defaultPriority }
        advance()
        var expression: [UInt8] = []
        let start = current.start
        while current.kind == .word, isPartOfPriority() {
            expression += copy(current.range)
            advance()
        }
        guard !expression.isEmpty else { throw unexpected("a priority", "write low, def, high or a number") }
        let range = start..<previousEnd
        guard let priority = PriorityExpression(expression)?.priority else {
            let advice = "write low, def or high with + or - at most 1073741823, or a number of 32 bits"
            note(failure(range, "this is not a priority, or it is out of range", advice))
            return SecurityPolicy.defaultPriority
        }
        return priority
    }

    private mutating func isPartOfPriority() -> Bool {
        let first = text[current.start]
        if first &- 48 < 10 || first == UInt8(ascii: "+") || first == UInt8(ascii: "-") { return true }
        return [.low, .def, .high].contains(keyword)
            || bytes(current.range).contains(UInt8(ascii: "+")) || bytes(current.range).contains(UInt8(ascii: "-"))
    }
}
