import TextBytes

/// A moment as people write it: RFC 3339, without fractions of seconds.
package struct CalendarTime: Hashable, Sendable, CustomStringConvertible {
    /// The moments that four digits of a year can say, from 1970 on.
    package static let range = 0...253_402_300_799

    private static let secondsPerDay = 86_400

    /// Seconds since 1970.
    package let seconds: Int

    /// - Parameter seconds: since 1970; what is beyond ``range`` becomes its nearest end.
    package init(_ seconds: Int) {
        self.seconds = min(max(seconds, Self.range.lowerBound), Self.range.upperBound)
    }

    // MARK: Reading

    /// Reads `YYYY-MM-DDTHH:MM:SSZ`: the time of day may lack its seconds, or be missing; a blank may stand for the `T`; and
    /// `+HH:MM` or `-HH:MM` for the `Z`.
    ///
    /// - Returns: `nil` for all else, and for what is before 1970.
    package init?(parsing text: some Collection<UInt8>) {
        var text = Array(text)[...]
        guard let year = Self.number(4, &text), Self.skip("-", &text), let month = Self.number(2, &text),
            Self.skip("-", &text), let day = Self.number(2, &text), (1...12).contains(month),
            (1...Self.length(ofMonth: month, year)).contains(day)
        else { return nil }
        var seconds = Self.days(year, month, day) * Self.secondsPerDay
        if Self.skip("T", &text) || Self.skip("t", &text) || Self.skip(" ", &text) {
            guard let time = Self.timeOfDay(&text) else { return nil }
            seconds += time
        }
        guard let offset = Self.offset(&text), text.isEmpty, Self.range.contains(seconds - offset) else { return nil }
        self.seconds = seconds - offset
    }

    /// `HH:MM` or `HH:MM:SS`, in seconds.
    private static func timeOfDay(_ text: inout ArraySlice<UInt8>) -> Int? {
        guard let hours = number(2, &text), skip(":", &text), let minutes = number(2, &text), hours < 24, minutes < 60
        else { return nil }
        guard skip(":", &text) else { return hours * 3600 + minutes * 60 }
        guard let seconds = number(2, &text), seconds < 60 else { return nil }
        return hours * 3600 + minutes * 60 + seconds
    }

    /// `Z` or `+HH:MM`, in seconds east of Greenwich.
    private static func offset(_ text: inout ArraySlice<UInt8>) -> Int? {
        if skip("Z", &text) || skip("z", &text) { return 0 }
        let sign = skip("+", &text) ? 1 : skip("-", &text) ? -1 : 0
        guard sign != 0, let hours = number(2, &text), skip(":", &text), let minutes = number(2, &text), hours < 24,
            minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    private static func number(_ count: Int, _ text: inout ArraySlice<UInt8>) -> Int? {
        let digits = text.prefix(count)
        guard digits.count == count, digits.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
        text = text.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 &- 48) }
    }

    private static func skip(_ character: Unicode.Scalar, _ text: inout ArraySlice<UInt8>) -> Bool {
        guard text.first == UInt8(ascii: character) else { return false }
        text = text.dropFirst()
        return true
    }

    // MARK: The calendar

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func length(ofMonth month: Int, _ year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 to the first day of a year.
    private static func days(beforeYear year: Int) -> Int {
        let past = year - 1
        return past * 365 + past / 4 - past / 100 + past / 400 - 719_162
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        days(beforeYear: year) + (1..<month).reduce(0) { $0 + length(ofMonth: $1, year) } + day - 1
    }

    // MARK: Writing

    /// `2026-12-01T00:00:00Z`.
    package var description: String {
        var output: [UInt8] = []
        append(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends `2026-12-01T00:00:00Z`.
    package func append(to output: inout [UInt8]) {
        var day = seconds / Self.secondsPerDay
        var year = 1970 + day / 366
        while Self.days(beforeYear: year + 1) <= day { year += 1 }
        day -= Self.days(beforeYear: year)
        var month = 1
        while day >= Self.length(ofMonth: month, year) {
            day -= Self.length(ofMonth: month, year)
            month += 1
        }
        let time = seconds % Self.secondsPerDay
        Self.append(year, digits: 4, to: &output)
        for (separator, value) in [("-", month), ("-", day + 1), ("T", time / 3600)] as [(StaticString, Int)] {
            output.append(separator)
            Self.append(value, digits: 2, to: &output)
        }
        for value in [time / 60 % 60, time % 60] {
            output.append(":")
            Self.append(value, digits: 2, to: &output)
        }
        output.append("Z")
    }

    private static func append(_ value: Int, digits: Int, to output: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            output.append(48 + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
