import Synchronization
import TextBytes

/// Where the lines of a text are, found as far into it as somebody asks: most texts are never asked about.
///
/// Every block's first byte has its place written down, so that finding any place reads one block and not the text.
final class LineIndex: Sendable {
    /// A place in a text, as people count: from 1.
    struct Place {
        var line: Int
        var lineStart: Int
        /// In characters (Unicode scalars), not bytes.
        var column: Int
    }

    private static let blockSize = 4096

    /// The places of the first blocks; at least of one.
    private let places: Mutex<[Place]>

    /// - Parameter firstLine: the number of the first line.
    init(firstLine: Int) {
        places = Mutex([Place(line: firstLine, lineStart: 0, column: 1)])
    }

    /// The place of the byte at `offset`.
    ///
    /// - Parameter bytes: the text; always the same one, or one with the same lines of as many bytes and characters.
    func place(of offset: Int, in bytes: [UInt8]) -> Place {
        let block = offset / Self.blockSize
        var place = places.withLock { places in
            var last = places[places.count - 1]
            for known in places.count..<max(places.count, block + 1) {
                Self.advance(&last, over: (known - 1) * Self.blockSize..<known * Self.blockSize, of: bytes)
                places.append(last)
            }
            return places[block]
        }
        Self.advance(&place, over: block * Self.blockSize..<offset, of: bytes)
        return place
    }

    private static func advance(_ place: inout Place, over range: Range<Int>, of bytes: [UInt8]) {
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
            if isNewline { place = Place(line: place.line + 1, lineStart: index, column: 1) }
        }
        let start = max(range.lowerBound, place.lineStart)
        var continuations = 0
        for byte in bytes[start..<range.upperBound] { continuations += byte & 0xc0 == 0x80 ? 1 : 0 }
        place.column += range.upperBound - start - continuations
    }
}
