import IPsec

extension StatementParser {
    /// One statement, up to its `;`, on which it leaves the parser.
    mutating func parseStatement() throws(Diagnostic) -> Statement.Kind {
        guard let keyword, keyword.beginsStatement else { throw unknownStatement() }
        let word = current.range
        advance()
        switch keyword {
        case .add: return .add(try parseAssociation(.add).association)
        case .update: return .update(try parseAssociation(.update).association)
        case .getspi:
            let (association, range) = try parseAssociation(.getspi)
            return .reserveSPI(association, range: range)
        case .get: return .get(try parseReference())
        case .delete: return .delete(try parseReference())
        case .deleteall: return try parseDeleteAll()
        case .flush: return .flush(try parseOptionalProtocol(deletes: true))
        case .dump: return .dump(try parseOptionalProtocol(deletes: false))
        case .spdadd: return .addPolicy(try parsePolicy())
        case .spdupdate: return .updatePolicy(try parsePolicy())
        case .spddelete: return .deletePolicy(try parsePolicyIdentity())
        case .spddefault: return .addPolicy(try parseDefault(word))
        case .spdflush, .spddump:
            try expectEnd("';'")
            return keyword == .spdflush ? .flushPolicies : .dumpPolicies
        case .include: return try parseInclude(word)
        default:
            // `exit`. Alone on its line it needs no ';', as nothing that follows is read.
            if current.kind != .end, !bytes(previousEnd..<current.start).contains(10) { try expectEnd("';'") }
            return .end
        }
    }

    private mutating func unknownStatement() -> Diagnostic {
        guard current.kind == .word else { return unexpected("a statement", Self.statementAdvice) }
        guard let near = Keyword.nearestStatement(to: copy(current.range)) else {
            return failure(current.range, "this does not begin a statement", Self.statementAdvice)
        }
        return failure(current.range, "this does not begin a statement", "did you mean '\(near)'?")
    }

    private static let statementAdvice =
        "statements are add, update, get, getspi, delete, deleteall, flush, dump, spdadd, spdupdate, spddelete, "
        + "spdflush, spddump, spddefault and include"

    /// The protocol of `flush`, `dump` and `deleteall`, which may be left out.
    ///
    /// - Parameter deletes: whether SAs go by it, so that more of them than were meant would be lost.
    private mutating func parseOptionalProtocol(deletes: Bool) throws(Diagnostic) -> IPsecProtocol? {
        guard current.kind == .word, keyword?.beginsStatement != true else {
            try expectEnd("a protocol or ';'")
            return nil
        }
        let proto = try parseProtocol()
        try expectEnd("';'")
        if deletes, proto.isEncapsulated {
            warn(
                proto.range, "esp-udp means all of ESP here: SAs without UDP are deleted as well",
                "write esp if they shall be, or delete for each SA")
        }
        return proto.ipsecProtocol
    }

    private mutating func parseDeleteAll() throws(Diagnostic) -> Statement.Kind {
        let families = try parseFamilies()
        let source = try parseEndpoint(families)
        let destination = try parseEndpoint(families)
        try requireOneFamily(source, destination)
        let proto = try parseOptionalProtocol(deletes: true)
        return .deleteAll(source: source.address, destination: destination.address, ipsecProtocol: proto)
    }

    /// `"GLOB"`, or the pattern as a bare word.
    private mutating func parseInclude(_ word: Range<Int>) throws(Diagnostic) -> Statement.Kind {
        guard options.allowsInclude else {
            throw failure(word, "include is not possible here", "put it into a file; this text has no directory")
        }
        var range = current.range
        switch current.kind {
        case .string: range = range.lowerBound + 1..<range.upperBound - 1
        case .word: break
        default: throw unexpected("a file name or a pattern in quotes")
        }
        guard !range.isEmpty, let pattern = String(validating: copy(range), as: UTF8.self), !pattern.utf8.contains(0)
        else {
            throw failure(
                current.range, "this is not a file name", "write include \"/etc/setkeyd/conf.d/*.conf\" ;")
        }
        guard bytes(range).allSatisfy(Self.isOfPattern) else {
            // What follows a forgotten quote may be a key: it must not become a name that messages repeat.
            loseStep()
            throw failure(
                current.range, "this is not a file name: blanks, quotes, ';' and '#' are not possible in it",
                "close the quote after the name; write ? for a blank")
        }
        advance()
        try expectEnd("';'")
        return .include(pattern: pattern)
    }
}

extension StatementParser {
    /// Whether a byte may be part of the pattern of an `include`.
    fileprivate static func isOfPattern(_ byte: UInt8) -> Bool {
        byte > 32 && byte != 127 && ![UInt8(ascii: ";"), UInt8(ascii: "#"), UInt8(ascii: "\"")].contains(byte)
    }
}

extension Keyword {
    /// The statement whose name differs from `word` in one letter more, less, other or exchanged; for messages.
    static func nearestStatement(to word: [UInt8]) -> String? {
        let lowered = word.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
        return allCases.first { $0.beginsStatement && isNear(Array($0.rawValue.utf8), lowered) }?.rawValue
    }

    private static func isNear(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard abs(left.count - right.count) <= 1 else { return false }
        let head = zip(left, right).prefix { $0 == $1 }.count
        let a = Array(left[head...])
        let b = Array(right[head...])
        if a.count == b.count {
            let isExchanged = a.count > 1 && a[0] == b[1] && a[1] == b[0] && a[2...] == b[2...]
            return isExchanged || a.dropFirst() == b.dropFirst()
        }
        return a.count > b.count ? Array(a.dropFirst()) == b : a == Array(b.dropFirst())
    }
}
