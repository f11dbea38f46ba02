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

    /// What each slot of `text` shows; 0 for nothing yet.
    private var seconds = [UInt64](repeating: 0, count: Self.slotCount)
    private var text = [UInt8](repeating: 0, count: Self.slotCount * Self.width)

    /// A single time, as ``append(_:to:)`` shows it.
    package static func text(_ time: UInt64) -> String {
        String(decoding: text(of: time), as: UTF8.self)
    }

    /// Appends `Nov 23 14:15:37 2026`; 20 blanks for 0, 20 question marks for a time that has no date.
    ///
    /// The output must have room for 20 bytes.
    mutating func append(_ time: UInt64, to output: inout OutputSpan<UInt8>) {
        guard time != 0 else { return output.append("                    ") }
        let range = cached(time)
        output.append(contentsOf: text.span.extracting(range))
    }

    /// Where in ``text`` a time is.
    private mutating func cached(_ time: UInt64) -> Range<Int> {
        let slot = Int(truncatingIfNeeded: time % UInt64(Self.slotCount))
        let range = slot * Self.width..<(slot + 1) * Self.width
        if seconds[slot] != time {
            seconds[slot] = time
            text.replaceSubrange(range, with: Self.text(of: time))
        }
        return range
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
