import IPsec

/// What stands between the selector of a policy and its `-P`.
private struct PolicyClauses {
    var context: SecurityContext?
    var mark = Mark.none
    var interfaceID = InterfaceID.none
    var device: Device?
    // Not `[]`, which the library makes by a generic call.
    var flags = PolicyFlags()
    var limits = LifetimeLimits.none
    /// The last of the lifetimes; for the message that soft exceeds hard.
    var limitsRange = 0..<0

    func identity(_ direction: Direction, _ selector: Selector) -> PolicyIdentity {
        PolicyIdentity(
            direction: direction, selector: selector, mark: mark, interfaceID: interfaceID, device: device)
    }
}

extension StatementParser {
    /// The rest of `spdadd` and `spdupdate`.
    mutating func parsePolicy() throws(Diagnostic) -> SecurityPolicy {
        let written = try parseSelector()
        let clauses = try parsePolicyClauses(written)
        let direction = try parseDirection()
        let priority = try parsePriority()
        let identity = clauses.identity(direction, written.selector)
        var policy = SecurityPolicy.Fields(
            identity: identity, action: try parseAction(direction), priority: priority)
        policy.securityContext = clauses.context
        policy.flags = clauses.flags
        policy.limits = clauses.limits
        try expectEnd("a transform or ';'")
        guard !clauses.limits.isSoftAfterHard else { throw softAfterHard(clauses.limitsRange) }
        if options.warns { warnOfSelector(written.selector, written.source, written.destination) }
        return SecurityPolicy(policy)
    }

    /// The rest of `spddefault`: what becomes of packets that no policy matches.
    ///
    /// - Parameter word: the statement's own.
    mutating func parseDefault(_ word: Range<Int>) throws(Diagnostic) -> SecurityPolicy {
        guard options.traits.carriesPolicyDefaults else {
            throw failure(
                word, "\(options.traits.name) cannot express spddefault",
                "it needs the XFRM interface (--kernel xfrm); or remove it")
        }
        let direction = try parseDirection()
        let advice = "write discard or none"
        let action: PolicyAction
        switch keyword {
        case .discard: action = .discard
        case .clear: action = .bypass
        case .ipsec:
            throw failure(
                current.range, "packets that no policy matches have no transform", "\(advice), or use spdadd")
        default: throw unexpected("what to do with packets that no policy matches", advice)
        }
        advance()
        try expectEnd("';'")
        return SecurityPolicy(defaultOf: direction, action: action)
    }

    /// The rest of `spddelete`: what names the policy; a whole policy behind `-P` is read, and not needed.
    mutating func parsePolicyIdentity() throws(Diagnostic) -> PolicyIdentity {
        let written = try parseSelector()
        let clauses = try parsePolicyClauses(written)
        let direction = try parseDirection()
        if current.kind != .semicolon {
            _ = try parsePriority()
            if current.kind != .semicolon { _ = try parseAction(direction) }
        }
        try expectEnd("';'")
        return clauses.identity(direction, written.selector)
    }

    /// `-ctx DOI ALG "label"`, `-mark V/M`, `-if_id N`, `-dev IF`, `-f FLAG`, lifetimes, `-from TIME` and `-until TIME` in
    /// front of `-P`, in any order; the last of a kind wins, and flags add up.
    private mutating func parsePolicyClauses(_ written: WrittenSelector) throws(Diagnostic) -> PolicyClauses {
        var clauses = PolicyClauses(device: written.device)
        var seen: Set<Keyword> = []
        while current.kind == .word {
            let option = current.range
            let keyword = keyword
            switch keyword {
            case .context, .hardTime, .softTime, .hardUse, .softUse, .from, .until: advance()
            case .hardBytes, .softBytes, .hardPackets, .softPackets:
                throw failure(
                    option, "Linux counts neither bytes nor packets of policies",
                    "remove it; -lh and -uh limit the time")
            case .mark, .interfaceID, .device:
                try requireMarks(option)
                advance()
            case .flags:
                guard options.traits.carriesPolicyFlags else {
                    throw needsXFRM(option, "flags of policies", else: "remove it")
                }
                advance()
            default:
                guard partOption() else { return clauses }
                continue
            }
            if let keyword, !seen.insert(keyword).inserted { warnOfRepetition(option, keyword) }
            try parseValue(of: keyword, option, &clauses)
        }
        return clauses
    }

    /// What stands behind one of these words.
    private mutating func parseValue(
        of keyword: Keyword?, _ option: Range<Int>, _ clauses: inout PolicyClauses
    ) throws(Diagnostic) {
        switch keyword {
        case .context: clauses.context = try parseContext()
        case .mark: clauses.mark = try parseMark()
        case .interfaceID: clauses.interfaceID = try parseInterfaceID()
        case .from?, .until?: try parseTime(keyword == .from ? .from : .until, option)
        case .flags: clauses.flags.formUnion(try parsePolicyFlags())
        case .device: try merge(try parseDevice(), into: &clauses.device, option.lowerBound..<previousEnd)
        default:
            let limit: WritableKeyPath<LifetimeLimits, UInt64> =
                switch keyword {
                case .hardTime: \.hard.addTime
                case .softTime: \.soft.addTime
                case .hardUse: \.hard.useTime
                default: \.soft.useTime
                }
            clauses.limits[keyPath: limit] = try parseTimeLimit()
            clauses.limitsRange = option.lowerBound..<previousEnd
        }
    }

    /// `localok`, `icmp`, or both with a comma in between.
    private mutating func parsePolicyFlags() throws(Diagnostic) -> PolicyFlags {
        let advice = "write localok, icmp or localok,icmp"
        var flags: PolicyFlags = []
        while true {
            let range = try takeWord("a flag of policies", advice)
            let word = string(range)
            guard let named = PolicyFlags.named.first(where: { "\($0.word)" == word }) else {
                throw failure(range, "this is not a flag of policies", advice)
            }
            flags.insert(named.flag)
            guard current.kind == .comma else { return flags }
            advance()
        }
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
