import TextBytes

extension Parser {
    /// A decimal number of the current token.
    mutating func takeDecimal(
        _ what: String, upTo maximum: UInt64, _ advice: @autoclosure () -> String? = nil
    ) throws(Diagnostic) -> UInt64 {
        try parseDecimal(try takeWord(what), what, upTo: maximum, advice())
    }

    /// A decimal number in `range`; nothing is cut off: a number that does not fit is an error.
    ///
    /// - Parameter advice: what to write, where the range of the number does not say it.
    func parseDecimal(
        _ range: Range<Int>, _ what: String, upTo maximum: UInt64, _ advice: @autoclosure () -> String? = nil
    ) throws(Diagnostic) -> UInt64 {
        var value: UInt64 = 0
        guard !range.isEmpty else { throw failure(range, "\(what) is missing", advice() ?? "write 0...\(maximum)") }
        for index in range {
            let digit = lexer.bytes[index] &- 48
            guard digit < 10 else {
                throw failure(range, "\(what) must be a decimal number", advice() ?? "write 0...\(maximum)")
            }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry, sum <= maximum else {
                throw failure(range, "\(what) is too big", advice() ?? "write 0...\(maximum)")
            }
            value = sum
        }
        return value
    }

    /// Decimal, or hexadecimal with `0x`.
    func parseNumber(
        _ range: Range<Int>, _ what: String, upTo maximum: UInt64, _ advice: @autoclosure () -> String
    ) throws(Diagnostic) -> UInt64 {
        let isPrefixed = hasHexadecimalPrefix(range)
        guard isPrefixed else {
            guard range.allSatisfy({ lexer.bytes[$0] &- 48 < 10 }) else {
                let lacksPrefix = bytes.span.extracting(range).areHexadecimalDigits
                let wanted = lacksPrefix ? "hexadecimal numbers begin with 0x: put 0x in front" : advice()
                throw failure(range, "\(what) must be a decimal or a hexadecimal number", wanted)
            }
            return try parseDecimal(range, what, upTo: maximum, advice())
        }
        let digits = range.lowerBound + 2..<range.upperBound
        guard !digits.isEmpty else { throw failure(range, "\(what) has no digits after 0x", advice()) }
        var value: UInt64 = 0
        for index in digits {
            guard let digit = lexer.bytes[index].hexadecimalDigitValue else {
                throw failure(range, "\(what) must be a decimal or a hexadecimal number", advice())
            }
            value = value > maximum ? value : value << 4 | UInt64(digit)
        }
        guard value <= maximum else { throw failure(range, "\(what) is too big", advice()) }
        return value
    }

    @inline(__always)
    func hasHexadecimalPrefix(_ range: Range<Int>) -> Bool {
        range.count >= 2 && lexer.bytes[range.lowerBound] == UInt8(ascii: "0")
            && lexer.bytes[range.lowerBound + 1] | 0x20 == UInt8(ascii: "x")
    }
}
