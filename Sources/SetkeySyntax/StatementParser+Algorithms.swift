import IPsec
import TextBytes

extension StatementParser {
    /// Which kinds of algorithm a clause takes.
    enum AlgorithmClause {
        case encryption
        case integrity
        case compression

        /// The algorithm that a word names.
        @inline(__always)
        subscript(word: PackedWord) -> AlgorithmWord? {
            // Not a table to look into: that would be retained.
            switch self {
            case .encryption: AlgorithmWord.encryption[word]
            case .integrity: AlgorithmWord.integrity[word]
            case .compression: AlgorithmWord.compression[word]
            }
        }

        var name: String {
            switch self {
            case .encryption: "encryption algorithm"
            case .integrity: "authentication algorithm"
            case .compression: "compression algorithm"
            }
        }

        init(of kind: Algorithm.Kind) {
            switch kind {
            case .encryption, .combined: self = .encryption
            case .integrity: self = .integrity
            case .compression: self = .compression
            }
        }

        /// What an algorithm without a name is.
        var kind: Algorithm.Kind {
            switch self {
            case .encryption: .encryption
            case .integrity: .integrity
            case .compression: .compression
            }
        }

        /// What the clause begins with.
        var option: String {
            switch self {
            case .encryption: "-E"
            case .integrity: "-A"
            case .compression: "-C"
            }
        }
    }

    /// The name of an algorithm behind the option that the parser stands on, and its key.
    mutating func takeAlgorithm(_ clause: AlgorithmClause) throws(Diagnostic) -> AssociationClauses.Chosen {
        let start = current.start
        advance()
        let range = try takeWord(
            clause == .encryption || clause == .integrity ? "an \(clause.name)" : "a \(clause.name)")
        guard
            let algorithm = PackedWord(text, range).flatMap({ clause[$0] }) ?? nameless(range, clause)
        else { throw unknownAlgorithm(range, clause) }
        if let position = algorithm.position, !options.traits.algorithms.contains(position) {
            throw inexpressible(Algorithm.table[Int(position)], range)
        }
        if bytes(range).elementsEqual("simple") {
            warn(range, "'simple' is obsolete and means no encryption", "write null")
        }
        let key = try takeKey(algorithm, range)
        let isCombined = if case .combined = algorithm.kind { true } else { false }
        return AssociationClauses.Chosen(
            number: algorithm.number, isCombined: isCombined, key: key, range: start..<range.upperBound)
    }

    /// An algorithm that has no name here, as dumps print one that only the kernel knows: by its number.
    private mutating func nameless(_ range: Range<Int>, _ clause: AlgorithmClause) -> AlgorithmWord? {
        guard options.traits.numbersAlgorithms, bytes(range).areDecimalDigits,
            let number = UInt8(string(range))
        else { return nil }
        return AlgorithmWord(clause.kind, number: UInt16(number))
    }

    private mutating func inexpressible(_ row: Algorithm, _ range: Range<Int>) -> Diagnostic {
        guard row.interfaces != .none else {
            return failure(range, "Linux does not support \(string(range))", "choose another algorithm")
        }
        return needsXFRM(range, string(range), else: "choose another algorithm")
    }

    // MARK: Names that are not ours

    /// The error of a word that names no algorithm of the kind, with the name that was probably meant.
    private mutating func unknownAlgorithm(_ range: Range<Int>, _ clause: AlgorithmClause) -> Diagnostic {
        let list = "the list is in setkey.conf(5)"
        if let name = nameBeforeKey(range) {
            return failure(
                range, "a blank is missing between \(name) and its key", "write \(name), a blank and the key")
        }
        guard let word = quotable(range), let row = options.traits.algorithm(named: word.known, for: clause) else {
            return failure(range, "unknown \(clause.name)", list)
        }
        let kind = AlgorithmClause(of: row.kind)
        guard kind.option == clause.option else {
            return failure(range, "\(row.name) is no \(clause.name)", "write \(kind.option) \(row.name)")
        }
        let message = "unknown \(clause.name) '\(word.text)'"
        guard options.traits.algorithms.contains(row.position) else {
            return failure(
                range, "\(message): it is called \(row.name), which \(options.traits.name) cannot express",
                "choose another one (\(list))")
        }
        return failure(range, message, "did you mean \(row.name)? (\(list))")
    }

    /// The algorithm with which a word begins that goes on with its key: `aes-cbc0x...`, `hmac-sha1=...`.
    private mutating func nameBeforeKey(_ range: Range<Int>) -> String? {
        let word = copy(range)
        let names = Algorithm.table.flatMap { [$0.name] + $0.aliases }.filter { word.starts(with: $0.utf8) }
        guard let name = names.max(by: { $0.utf8.count < $1.utf8.count }) else { return nil }
        let rest = word.dropFirst(name.utf8.count)
        let isKey =
            rest.starts(with: "0x".utf8) || rest.first == UInt8(ascii: "=") || rest.first == UInt8(ascii: ":")
            || rest.count >= 16 && rest.allSatisfy { $0.hexadecimalDigitValue != nil }
        return isKey ? name : nil
    }
}

extension KernelTraits {
    /// The algorithm that goes by a name anywhere, preferably one for a clause, and one that can be carried; of several
    /// the one with the longest ICV.
    fileprivate func algorithm(named name: String, for clause: StatementParser.AlgorithmClause) -> Algorithm? {
        let rows = Algorithm.table.filter { row in
            row.name == name || row.xfrmName == name || row.aliases.contains(name) || row.foreignNames.contains(name)
        }
        let fitting = rows.filter { StatementParser.AlgorithmClause(of: $0.kind).option == clause.option }
        return (fitting.isEmpty ? rows : fitting).max { left, right in
            (algorithms.contains(left.position) ? 1 : 0, left.icvBits)
                < (algorithms.contains(right.position) ? 1 : 0, right.icvBits)
        }
    }
}
