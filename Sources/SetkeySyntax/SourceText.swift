import IPsec
import TextBytes

/// A text, its name for messages, and where its lines are.
package struct SourceText: Sendable {
    /// What messages call the standard input.
    package static let standardInputName = "<stdin>"

    /// What messages call it: a path, `<stdin>`, `control socket`.
    package let name: String
    package let bytes: [UInt8]
    private let checkpoints: [Checkpoint]

    /// A place in a text, as people count: from 1.
    package struct Position: Hashable, Sendable {
        package let line: Int
        /// In characters (Unicode scalars), not bytes.
        package let column: Int
    }

    /// The position of the first byte of a block, so that finding any position reads one block and not the text.
    private struct Checkpoint {
        var line: Int
        var lineStart: Int
        var column: Int
    }

    private static let blockSize = 4096

    /// - Parameter firstLine: the number of the first line, for a text that is a part of a longer one.
    package init(name: String, bytes: [UInt8], firstLine: Int = 1) {
        self.name = name
        self.bytes = bytes
        var place = Checkpoint(line: firstLine, lineStart: 0, column: 1)
        var checkpoints = [place]
        for start in stride(from: 0, to: bytes.count, by: Self.blockSize) {
            Self.advance(&place, over: start..<min(start + Self.blockSize, bytes.count), of: bytes)
            checkpoints.append(place)
        }
        self.checkpoints = checkpoints
    }

    /// What messages call the file at `path`, which is the standard input where it is `-`.
    static func name(ofFile path: String) -> String {
        path == "-" ? standardInputName : path
    }

    /// The directory that the file at `path` lies in.
    package static func directory(ofFile path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    private init(name: String, bytes: [UInt8], checkpoints: [Checkpoint]) {
        (self.name, self.bytes, self.checkpoints) = (name, bytes, checkpoints)
    }

    /// The same lines of the same characters, all of them blanks: it has the positions of this text, and no key.
    package var outline: SourceText {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        var blank = bytes.map { $0 == 10 ? $0 : $0 & 0xc0 == 0x80 ? 0x80 : 32 }
        if bytes.starts(with: mark) { blank.replaceSubrange(0..<mark.count, with: mark) }
        return SourceText(name: name, bytes: blank, checkpoints: checkpoints)
    }

    private static func advance(_ place: inout Checkpoint, over range: Range<Int>, of bytes: [UInt8]) {
        let text = bytes.span
        var index = range.lowerBound
        while index < range.upperBound {
            if index <= range.upperBound - ByteWord.byteCount {
                let others = ByteWord.firstIndex(in: ByteWord(text, at: index).mask(of: 10))
                index += others
                guard others < ByteWord.byteCount else { continue }
            }
            let isNewline = text[index] == 10
            index += 1
            if isNewline { place = Checkpoint(line: place.line + 1, lineStart: index, column: 1) }
        }
        let start = max(range.lowerBound, place.lineStart)
        var continuations = 0
        for byte in bytes[start..<range.upperBound] { continuations += byte & 0xc0 == 0x80 ? 1 : 0 }
        place.column += range.upperBound - start - continuations
    }

    /// Line and column of the byte at `offset`; an offset behind the end counts as the end.
    package func position(of offset: Int) -> Position {
        let place = checkpoint(at: offset)
        // Nobody sees a byte order mark, so it is not counted.
        let hasMark = place.lineStart == 0 && offset >= 3 && bytes.starts(with: [0xef, 0xbb, 0xbf])
        return Position(line: place.line, column: hasMark ? place.column - 1 : place.column)
    }

    private func checkpoint(at offset: Int) -> Checkpoint {
        let offset = max(0, min(offset, bytes.count))
        let block = offset / Self.blockSize
        var place = checkpoints[block]
        Self.advance(&place, over: block * Self.blockSize..<offset, of: bytes)
        return place
    }

    /// The bytes of the line that holds `offset`, without its end; of a very long one not all that follows.
    func line(at offset: Int) -> Range<Int> {
        let start = checkpoint(at: offset).lineStart
        let from = max(start, min(offset, bytes.count))
        let horizon = min(from + Self.blockSize, bytes.count)
        var end = bytes[from..<horizon].firstIndex(of: 10) ?? horizon
        if end > start, bytes[end - 1] == 13 { end -= 1 }
        return start..<end
    }
}
