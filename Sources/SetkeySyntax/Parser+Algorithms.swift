import IPsec
import TextBytes

extension Parser {
    /// Which kinds of algorithm a clause takes.
    enum AlgorithmClause {
        case encryption
        case integrity
        case compression

        var table: WordTable<AlgorithmWord> {
            switch self {
            case .encryption: AlgorithmWord.encryption
            case .integrity: AlgorithmWord.integrity
            case .compression: AlgorithmWord.compression
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
            let algorithm = PackedWord(lexer.bytes.span, range).flatMap({ clause.table[$0] }) ?? nameless(range, clause)
        else { throw unknownAlgorithm(range, clause) }
        if let position = algorithm.position, !options.traits.algorithms.contains(position) {
            throw inexpressible(Algorithm.table[Int(position)], range)
        }
        if algorithm.number == EncryptionAlgorithm.null.rawValue, lexer.bytes[range].elementsEqual("simple".utf8) {
            warn(range, "'simple' is obsolete and means no encryption", "write null")
        }
        let key = try takeKey(algorithm, range)
        return AssociationClauses.Chosen(
            number: algorithm.number, isCombined: algorithm.kind == .combined, key: key, range: start..<range.upperBound
        )
    }

    /// An algorithm that has no name here, as dumps print one that only the kernel knows: by its number.
    private func nameless(_ range: Range<Int>, _ clause: AlgorithmClause) -> AlgorithmWord? {
        guard options.traits.numbersAlgorithms, bytes[range].allSatisfy({ $0 &- 48 < 10 }),
            let number = UInt8(text(range))
        else { return nil }
        return AlgorithmWord(clause.kind, number: UInt16(number))
    }

    private func inexpressible(_ row: Algorithm, _ range: Range<Int>) -> Diagnostic {
        guard row.interfaces != .none else {
            return failure(range, "Linux does not support \(text(range))", "choose another algorithm")
        }
        return needsXFRM(range, text(range), else: "choose another algorithm")
    }

    // MARK: Names that are not ours

    /// The error of a word that names no algorithm of the kind, with the name that was probably meant.
    private func unknownAlgorithm(_ range: Range<Int>, _ clause: AlgorithmClause) -> Diagnostic {
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
    private func nameBeforeKey(_ range: Range<Int>) -> String? {
        let word = bytes[range]
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
    fileprivate func algorithm(named name: String, for clause: Parser.AlgorithmClause) -> Algorithm? {
        let rows = Algorithm.table.filter { row in
            row.name == name || row.xfrmName == name || row.aliases.contains(name) || row.foreignNames.contains(name)
        }
        let fitting = rows.filter { Parser.AlgorithmClause(of: $0.kind).option == clause.option }
        return (fitting.isEmpty ? rows : fitting).max { left, right in
            (algorithms.contains(left.position) ? 1 : 0, left.icvBits)
                < (algorithms.contains(right.position) ? 1 : 0, right.icvBits)
        }
    }
}
