import IPsec

extension StatementParser {
    /// Parts an option of one or two letters from the value that touches it: `-r4`, `-mtunnel`, `-Eaes-cbc`, `-Pin`.
    /// ipsec-tools read each as two words, and old files have them; longer options are later.
    ///
    /// - Returns: Whether the option stands here alone now, and its value behind it.
    mutating func partOption() -> Bool {
        guard current.kind == .word, text[current.start] == UInt8(ascii: "-") else { return false }
        for length in 2...3 where length < current.range.count {
            let end = current.start + length
            guard let option = keyword(in: current.start..<end), takes(end..<current.end, option)
            else { continue }
            cut(to: end)
            return true
        }
        return false
    }

    /// Whether the word at `range` is what belongs behind an option.
    private mutating func takes(_ range: Range<Int>, _ option: Keyword) -> Bool {
        guard let word = PackedWord(text, range) else { return false }
        return switch option {
        case .replay, .reqID, .hardTime, .softTime, .hardBytes, .softBytes, .hardPackets, .softPackets, .hardUse,
            .softUse:
            bytes(range).areDecimalDigits
        case .mode, .policy: keyword(in: range) != nil
        case .flags: keyword(in: range) != nil || SAFlags(word: string(range)) != nil
        case .encryption: AlgorithmWord.encryption[word] != nil
        case .integrity: AlgorithmWord.integrity[word] != nil
        case .compression: AlgorithmWord.compression[word] != nil
        default: false
        }
    }
}
