/// When a statement holds: `-from TIME` and `-until TIME`, of `add` and `spdadd` in the daemon's file.
struct WrittenValidity {
    var from: Int?
    var until: Int?
    /// The last of the two.
    var range: Range<Int>
}

extension StatementParser {
    private static let timeAdvice =
        "write for example 2026-12-01T00:00:00Z, or 2026-12-01 00:00Z; the zone belongs to it"

    /// What stands behind `-from` or `-until`, and is stepped over.
    ///
    /// - Parameter option: where that stands.
    mutating func parseTime(_ keyword: Keyword, _ option: Range<Int>) throws(Diagnostic) {
        let time = try takeTime()
        let range = option.lowerBound..<previousEnd
        var written = validity ?? WrittenValidity(range: range)
        written.range = range
        if keyword == .from { written.from = time.seconds } else { written.until = time.seconds }
        validity = written
    }

    /// A time of one word, or of two: a date, and a time of day.
    private mutating func takeTime() throws(Diagnostic) -> CalendarTime {
        let first = try takeWord("a time", Self.timeAdvice)
        var words = copy(first)
        // What is a date alone lacks its zone: the next word has it.
        if words.count == 10, words[4] == UInt8(ascii: "-"), current.kind == .word, text[current.start] &- 48 < 10 {
            words.append(32)
            words += copy(current.range)
            advance()
        }
        guard let time = CalendarTime(parsing: words) else {
            throw failure(first.lowerBound..<previousEnd, "this is not a time", Self.timeAdvice)
        }
        return time
    }

    /// Whether `-from` or `-until` stands here.
    var isAtTime: Bool { keyword == .from || keyword == .until }

    /// The error of a time where none is read.
    mutating func misplacedTime() -> Diagnostic {
        failure(
            current.range, "a time is not possible here",
            "only add and spdadd say when they hold, and spdadd says it before its -P")
    }

    /// When the statement at hand holds.
    ///
    /// - Parameter statement: its first word.
    mutating func checkedValidity(of statement: Keyword?) throws(Diagnostic) -> Validity {
        guard let written = validity else { return .always }
        guard statement == .add || statement == .spdadd else {
            throw failure(written.range, "only add and spdadd say when they hold", "remove it")
        }
        guard options.allowsValidity else {
            throw failure(
                written.range, "a run does what it says at once: times are for the file of setkeyd, which keeps them",
                "remove it, or put the statement into that file")
        }
        guard let validity = Validity(from: written.from, until: written.until) else {
            throw failure(written.range, "this ends before it begins", "write a later -until, or an earlier -from")
        }
        return validity
    }
}
