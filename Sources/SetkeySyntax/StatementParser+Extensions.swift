import IPsec

extension StatementParser {
    /// One extension of an SA, if it stands here; the last of a kind wins.
    mutating func parseExtension(_ clauses: inout AssociationClauses) throws(Diagnostic) -> Bool {
        let option = current.range
        let keyword = keyword
        switch keyword {
        case .mode, .replay, .reqID, .flags, .hardTime, .softTime, .hardBytes, .softBytes, .context: advance()
        case .mark, .outputMark, .interfaceID:
            try requireMarks(option)
            advance()
        default: return try parseRareExtension(&clauses)
        }
        warnOfRepetition(option, keyword, &clauses)
        switch keyword {
        case .mode: clauses.fields.mode = try parseMode()
        case .replay: clauses.replay = try parseReplayWindow()
        case .reqID:
            let reqID = try takeDecimal("the reqid", upTo: 0xffff_ffff)
            clauses.fields.reqID = ReqID(rawValue: UInt32(reqID))
        case .flags: try parseFlags(&clauses.fields.flags)
        case .context: clauses.fields.securityContext = try parseContext()
        case .mark: clauses.fields.identity = clauses.fields.identity.marked(try parseMark())
        case .outputMark: clauses.fields.outputMark = try parseMark()
        case .interfaceID: clauses.fields.interfaceID = try parseInterfaceID()
        case .hardTime: clauses.limits.hard.addTime = try parseTimeLimit()
        case .softTime: clauses.limits.soft.addTime = try parseTimeLimit()
        case .hardBytes: clauses.limits.hard.bytes = try parseByteLimit()
        default: clauses.limits.soft.bytes = try parseByteLimit()
        }
        if keyword == .hardTime || keyword == .softTime || keyword == .hardBytes || keyword == .softBytes {
            clauses.limitsRange = option.lowerBound..<previousEnd
        }
        return true
    }

    mutating func warnOfRepetition(_ option: Range<Int>, _ keyword: Keyword?, _ clauses: inout AssociationClauses) {
        if let keyword, !clauses.note(keyword) { warnOfRepetition(option, keyword) }
    }

    mutating func warnOfRepetition(_ option: Range<Int>, _ keyword: Keyword) {
        guard options.warns else { return }
        remark(.repeatedOption, option, "\(keyword.rawValue) is given twice; the last one counts", "remove one")
    }

    /// The error of what cannot be said: because the kernel interface in use cannot carry it, and another one can, or
    /// because the language has no word for it through any.
    ///
    /// - Parameter alternative: what to do without.
    mutating func needsXFRM(_ range: Range<Int>, _ what: String, else alternative: String) -> Diagnostic {
        guard options.traits.hasRicherAlternative else {
            return failure(range, "setkeyd cannot express \(what)", alternative)
        }
        return failure(
            range, "\(options.traits.name) cannot express \(what)", "it needs the XFRM interface; \(alternative)")
    }

    /// Linux stores `any` as transport (kernel-facts K22), so that is what it means.
    private mutating func parseMode() throws(Diagnostic) -> Mode {
        let mode: Mode
        switch keyword {
        case .transport, .any: mode = .transport
        case .tunnel: mode = .tunnel
        default: throw unexpected("a mode", "write transport or tunnel")
        }
        advance()
        return mode
    }

    private mutating func parseReplayWindow() throws(Diagnostic) -> ReplayWindow {
        let range = try takeWord("the replay window")
        let maximum = options.traits.maximumReplayWindow.rawValue
        let advice = "write 0...\(maximum), a number of packets; 0 is no window"
        let window = try parseDecimal(range, "the replay window", upTo: 0xffff_ffff, advice)
        guard window <= maximum else {
            let what = "a replay window of more than \(maximum) packets"
            throw window <= ReplayWindow.widest.rawValue
                ? needsXFRM(range, what, else: advice)
                : failure(range, "\(options.traits.name) cannot express \(what)", advice)
        }
        return ReplayWindow(rawValue: UInt16(window))
    }

    /// The kernel reckons with signed seconds: an SA with a longer lifetime would end at once.
    mutating func parseTimeLimit() throws(Diagnostic) -> UInt64 {
        try takeDecimal(
            "the lifetime in seconds", upTo: UInt64(Int64.max), "write seconds, for example 86400 for a day")
    }

    /// 2^64-1 is the kernel's "unlimited", which the language writes as 0.
    private mutating func parseByteLimit() throws(Diagnostic) -> UInt64 {
        let bytes = try takeDecimal("the lifetime in bytes", upTo: .max, "write bytes, for example 1000000000")
        return bytes == .max ? 0 : bytes
    }

    /// One flag or several, with commas between them.
    private mutating func parseFlags(_ flags: inout SAFlags) throws(Diagnostic) {
        try parseFlag(&flags)
        while current.kind == .comma {
            advance()
            try parseFlag(&flags)
        }
    }

    private mutating func parseFlag(_ flags: inout SAFlags) throws(Diagnostic) {
        switch keyword {
        case .sequentialPad: break
        case .zeroPad, .randomPad:
            warn(current.range, "Linux always pads as seq-pad says", "remove the flag")
        case .noCyclicSequence:
            warn(current.range, "nocyclic-seq has no effect: Linux never wraps a sequence number", "remove the flag")
        default:
            guard current.kind == .word, let flag = SAFlags(word: string(current.range)) else {
                let words = SAFlags.words.filter { options.traits.flags.contains($0.flag) }.map(\.word)
                throw unexpected("a flag", "write \(words.joined(separator: ", "))")
            }
            guard options.traits.flags.contains(flag) else {
                throw needsXFRM(current.range, "the flag \(string(current.range))", else: "remove it")
            }
            flags.insert(flag)
        }
        advance()
    }

    /// `DOI ALG "label"` behind `-ctx`.
    mutating func parseContext() throws(Diagnostic) -> SecurityContext {
        let domain = UInt8(try takeDecimal("the domain of interpretation", upTo: 255))
        let algorithm = UInt8(try takeDecimal("the context's algorithm", upTo: 255))
        guard current.kind == .string else { throw unexpected("the label in quotes") }
        let range = current.range
        let content = copy(range.lowerBound + 1..<range.upperBound - 1)
        // The kernel takes a page, its terminating NUL included.
        guard content.count < 4096, !content.contains(0), let label = String(validating: content, as: UTF8.self) else {
            throw failure(range, "this cannot be a security label", "write at most 4095 bytes of UTF-8 without NUL")
        }
        advance()
        return SecurityContext(domain: domain, algorithm: algorithm, label: label)
    }
}
