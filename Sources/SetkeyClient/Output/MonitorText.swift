package import ControlProtocol
import SetkeySyntax
import TextBytes

/// How the moment of a kernel message is written.
package enum Timestamp: Hashable, Sendable {
    /// `HH:MM:SS.uuuuuu`, so many seconds east of UTC (`-x`).
    case clock(utcOffset: Int)
    /// Seconds since 1970 (`-xx`).
    case epoch
}

/// A kernel event as `setkey -x` prints it.
package enum MonitorText {
    /// Appends the event: its moment and what has happened in one line, and unless it shall be brief the bytes of the message
    /// where they are wanted, the message, a blank line.
    package static func append(
        _ event: MonitorReply, timestamp: Timestamp, _ options: MonitorOptions, to output: inout [UInt8]
    ) {
        append(seconds: event.seconds, microseconds: event.microseconds, as: timestamp, to: &output)
        output.append(contentsOf: "\(event.summary ?? event.event.rawValue)\n".utf8)
        guard !options.brief else { return }
        if options.hexDump, let digits = event.hex { append(hexRows: digits, to: &output) }
        var text = event.text ?? ""
        while text.utf8.last == 10 { text.removeLast() }
        output.append(contentsOf: text.utf8)
        output.append(text.isEmpty ? "\n" : "\n\n")
    }

    /// `HH:MM:SS.uuuuuu ` or `SECS.uuuuuu `.
    private static func append(
        seconds: Int, microseconds: Int, as timestamp: Timestamp, to output: inout [UInt8]
    ) {
        switch timestamp {
        case .epoch:
            output.append(decimal: seconds)
        case .clock(let utcOffset):
            output.append(contentsOf: ClockTime.text(seconds: seconds, utcOffset: utcOffset).utf8)
        }
        output.append(".")
        let digits = "\(max(0, min(999_999, microseconds)))"
        output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 6 - digits.utf8.count))
        output.append(contentsOf: digits.utf8)
        output.append(" ")
    }

    /// Rows of 16 bytes, each behind its offset: `00000010: 02 03 00 `. As in ipsec-tools, a blank follows every byte.
    private static func append(hexRows digits: String, to output: inout [UInt8]) {
        let digits = Array(digits.utf8)
        for row in stride(from: 0, to: digits.count, by: 32) {
            output.append(hexadecimal: UInt32(clamping: row / 2), width: 8)
            output.append(": ")
            for byte in stride(from: row, to: min(row + 32, digits.count), by: 2) {
                output.append(contentsOf: digits[byte..<min(byte + 2, digits.count)])
                output.append(" ")
            }
            output.append("\n")
        }
    }
}

/// The time of day.
enum ClockTime {
    /// `HH:MM:SS` of `seconds` since 1970, in the machine's time zone.
    static func text(at seconds: Int) -> String {
        text(seconds: seconds, utcOffset: LocalTimes.utcOffset(at: seconds))
    }

    /// `HH:MM:SS` of `seconds` since 1970, so many seconds east of UTC.
    static func text(seconds: Int, utcOffset: Int) -> String {
        let (local, overflow) = seconds.addingReportingOverflow(utcOffset)
        let ofDay = overflow ? 0 : ((local % 86_400) + 86_400) % 86_400
        return "\(Quantity.padded(ofDay / 3600)):\(Quantity.padded(ofDay / 60 % 60)):\(Quantity.padded(ofDay % 60))"
    }
}
