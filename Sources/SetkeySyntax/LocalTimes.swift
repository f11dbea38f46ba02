import Glibc
import TextBytes

/// Times as dumps show them, in the machine's time zone; equal times are worked out once.
package struct LocalTimes: Sendable {
    private static let width = 20
    private static let slotCount = 256
    private static let unknown = [UInt8](repeating: UInt8(ascii: "?"), count: width)
    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// A time, and its text in words.
    private struct Slot {
        /// 0 for none yet.
        var seconds: UInt64 = 0
        var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    }

    private var slots = [Slot](repeating: Slot(), count: Self.slotCount)

    /// A single time, as ``append(_:to:)`` shows it.
    package static func text(_ time: UInt64) -> String {
        String(decoding: text(of: time), as: UTF8.self)
    }

    /// Appends `Nov 23 14:15:37 2026`; 20 blanks for 0, 20 question marks for a time that has no date.
    ///
    /// The output must have room for 20 bytes.
    mutating func append(_ time: UInt64, to output: inout OutputSpan<UInt8>) {
        guard time != 0 else { return output.append("                    ") }
        let index = Int(truncatingIfNeeded: time % UInt64(Self.slotCount))
        if slots[index].seconds != time { slots[index] = Self.slot(time) }
        let words = slots[index].words
        output.append(8, of: words.0)
        output.append(8, of: words.1)
        output.append(4, of: words.2)
    }

    private static func slot(_ time: UInt64) -> Slot {
        let text = text(of: time)
        func word(at offset: Int) -> UInt64 { ByteWord(text.span, at: offset).bits }
        return Slot(seconds: time, words: (word(at: 0), word(at: 8), word(at: 12) >> 32))
    }

    /// How many seconds east of UTC the machine's time zone is at `time`, in seconds since 1970; 0 for a time that has no
    /// date.
    package static func utcOffset(at time: Int) -> Int {
        var parts = unsafe tm()
        var seconds = time_t(time)
        guard unsafe localtime_r(&seconds, &parts) != nil else { return 0 }
        return unsafe parts.tm_gmtoff
    }

    private static func text(of time: UInt64) -> [UInt8] {
        var parts = unsafe tm()
        guard var seconds = time_t(exactly: time), unsafe localtime_r(&seconds, &parts) != nil else { return unknown }
        let (year, month, day) = unsafe (parts.tm_year, Int(parts.tm_mon), parts.tm_mday)
        let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
        guard months.indices.contains(month), (0...8099).contains(year) else { return unknown }
        var text: [UInt8] = []
        text.append(months[month])
        text.append(day < 10 ? "  " : " ")
        text.append(decimal: day)
        for (separator, value) in [(32, hour), (58, minute), (58, second)] as [(UInt8, Int32)] {
            text.append(separator)
            if value < 10 { text.append(48) }
            text.append(decimal: value)
        }
        text.append(32)
        text.append(decimal: year + 1900)
        return text
    }
}
