extension StatementParser {
    /// A decimal number of the current token.
    mutating func takeDecimal(
        _ what: String, upTo maximum: UInt64, _ advice: @autoclosure () -> String? = nil
    ) throws(Diagnostic) -> UInt64 {
        try parseDecimal(try takeWord(what), what, upTo: maximum, advice())
    }

    /// A decimal number in `range`; nothing is cut off: a number that does not fit is an error.
    ///
    /// - Parameter advice: what to write, where the range of the number does not say it.
    @inline(__always)
    mutating func parseDecimal(
        _ range: Range<Int>, _ what: String, upTo maximum: UInt64, _ advice: @autoclosure () -> String? = nil
    ) throws(Diagnostic) -> UInt64 {
        guard let value = bytes(range).decimal(upTo: maximum) else {
            throw notADecimal(range, what, upTo: maximum, advice())
        }
        return value
    }

    mutating func notADecimal(_ range: Range<Int>, _ what: String, upTo maximum: UInt64, _ advice: String?)
        -> Diagnostic
    {
        let advice = advice ?? "write 0...\(maximum)"
        guard !range.isEmpty else { return failure(range, "\(what) is missing", advice) }
        let digits = range.prefix { text[$0] &- 48 < 10 }
        let isTooBig = !digits.isEmpty && bytes(digits.startIndex..<digits.endIndex).decimal(upTo: maximum) == nil
        return failure(range, isTooBig ? "\(what) is too big" : "\(what) must be a decimal number", advice)
    }

    /// Decimal, or hexadecimal with `0x`.
    @inline(__always)
    mutating func parseNumber(
        _ range: Range<Int>, _ what: String, upTo maximum: UInt64, _ advice: @autoclosure () -> String
    ) throws(Diagnostic) -> UInt64 {
        let value =
            hasHexadecimalPrefix(range)
            ? bytes(range.lowerBound + 2..<range.upperBound).hexadecimal(upTo: maximum)
            : bytes(range).decimal(upTo: maximum)
        guard let value else { throw notANumber(range, what, upTo: maximum, advice()) }
        return value
    }

    private mutating func notANumber(_ range: Range<Int>, _ what: String, upTo maximum: UInt64, _ advice: String)
        -> Diagnostic
    {
        guard hasHexadecimalPrefix(range) else {
            if bytes(range).areDecimalDigits { return notADecimal(range, what, upTo: maximum, advice) }
            let lacksPrefix = bytes(range).areHexadecimalDigits
            let wanted = lacksPrefix ? "hexadecimal numbers begin with 0x: put 0x in front" : advice
            return failure(range, "\(what) must be a decimal or a hexadecimal number", wanted)
        }
        let digits = bytes(range.lowerBound + 2..<range.upperBound)
        guard !digits.isEmpty else { return failure(range, "\(what) has no digits after 0x", advice) }
        guard digits.areHexadecimalDigits else {
            return failure(range, "\(what) must be a decimal or a hexadecimal number", advice)
        }
        return failure(range, "\(what) is too big", advice)
    }

    @inline(__always)
    mutating func hasHexadecimalPrefix(_ range: Range<Int>) -> Bool {
        range.count >= 2 && text.hasHexadecimalPrefix(at: range.lowerBound)
    }
}
