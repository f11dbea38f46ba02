import IPsec
import TextBytes

/// A text, its name for messages, and where its lines are.
package struct SourceText: Sendable {
    /// What messages call the standard input.
    package static let standardInputName = "<stdin>"
    /// Of a line that is longer not all that follows is shown.
    private static let horizon = 4096

    /// What messages call it: a path, `<stdin>`, `control socket`.
    package let name: String
    /// UTF-8, or what should be.
    package let bytes: [UInt8]
    private let lines: LineIndex

    /// A place in a text, as people count: from 1.
    package struct Position: Hashable, Sendable {
        /// Lines end with a line feed.
        package let line: Int
        /// In characters (Unicode scalars), not bytes.
        package let column: Int
    }

    /// - Parameter firstLine: the number of the first line, for a text that is a part of a longer one.
    package init(name: String, bytes: [UInt8], firstLine: Int = 1) {
        self.init(name: name, bytes: bytes, lines: LineIndex(firstLine: firstLine))
    }

    private init(name: String, bytes: [UInt8], lines: LineIndex) {
        (self.name, self.bytes, self.lines) = (name, bytes, lines)
    }

    /// What messages call the file at `path`, which is the standard input where it is `-`: on one line, whatever its name.
    static func name(ofFile path: String) -> String {
        path == "-" ? standardInputName : oneLine(path)
    }

    /// The directory that the file at `path` lies in.
    package static func directory(ofFile path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// The same lines of the same characters, all of them blanks: it has the positions of this text, and no key.
    package var outline: SourceText {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        var blank = bytes.map { $0 == 10 ? $0 : $0 & 0xc0 == 0x80 ? 0x80 : 32 }
        if bytes.starts(with: mark) { blank.replaceSubrange(0..<mark.count, with: mark) }
        return SourceText(name: name, bytes: blank, lines: lines)
    }

    /// Line and column of the byte at `offset`; an offset behind the end counts as the end.
    package func position(of offset: Int) -> Position {
        let place = place(of: offset)
        // Nobody sees a byte order mark, so it is not counted.
        let hasMark = place.lineStart == 0 && offset >= 3 && bytes.span.hasByteOrderMark
        return Position(line: place.line, column: hasMark ? place.column - 1 : place.column)
    }

    private func place(of offset: Int) -> LineIndex.Place {
        lines.place(of: max(0, min(offset, bytes.count)), in: bytes)
    }

    /// The bytes of the line that holds `offset`, without its end; of a very long one not all that follows.
    func line(at offset: Int) -> Range<Int> {
        let start = place(of: offset).lineStart
        let from = max(start, min(offset, bytes.count))
        let horizon = min(from + Self.horizon, bytes.count)
        var end = bytes[from..<horizon].firstIndex(of: 10) ?? horizon
        if end > start, bytes[end - 1] == 13 { end -= 1 }
        return start..<end
    }
}
