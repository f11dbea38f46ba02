/// What is written down while nothing is applied.
package struct OffMark: Hashable, Sendable {
    /// Since when, in seconds since 1970; 0 if that cannot be read.
    package var since: Int
    /// Whether it stays: otherwise nobody has confirmed yet that it is to be off, and a boot ends it.
    package var isConfirmed: Bool

    package init(since: Int, isConfirmed: Bool = true) {
        self.since = since
        self.isConfirmed = isConfirmed
    }

    /// The latest time that there is: the end of the year 9999.
    private static let times = 0...253_402_300_799

    /// The text form: one line.
    package var text: [UInt8] { Array("off \(since)\(isConfirmed ? "" : " unconfirmed")\n".utf8) }

    /// Reads the text form. Whoever has turned off does not get what the file declares because of a disk: what cannot be
    /// read says off.
    package init(parsing text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        let since = words.count > 1 && words[0] == "off" ? Int(words[1]) ?? 0 : 0
        self.init(
            since: Self.times.contains(since) ? since : 0,
            isConfirmed: words.count != 3 || words[0] != "off" || words[2] != "unconfirmed")
    }
}
