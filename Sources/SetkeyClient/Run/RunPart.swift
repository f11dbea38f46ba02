package import SetkeySyntax

/// A part of a run: the text of one `Execute` call, and where its bytes stand in the sources.
package struct RunPart: Hashable, Sendable {
    /// A stretch of the part's text.
    package struct Piece: Hashable, Sendable {
        /// Where the stretch begins in the part's text.
        package let start: Int
        /// Which source it comes from, and where it stands there.
        package let origin: StatementOrigin
        /// The statement printed anew, keys in hexadecimal, where the source's own bytes cannot be sent.
        package let replacement: [UInt8]?

        /// Its bytes in the part's text.
        var byteCount: Int { replacement?.count ?? origin.range.count }
    }

    /// In the order of the part's text.
    package private(set) var pieces: [Piece] = []
    /// How many statements it has; a piece may have many.
    package private(set) var statementCount = 0
    /// Bytes of the part's text; each piece ends its line.
    package private(set) var byteCount = 0

    package init() {}

    /// Appends a stretch of a source that holds one statement.
    mutating func append(_ origin: StatementOrigin, replacement: [UInt8]? = nil) {
        let piece = Piece(start: byteCount, origin: origin, replacement: replacement)
        pieces.append(piece)
        byteCount += piece.byteCount + 1
        statementCount += 1
    }

    /// Lets the last stretch grow over the next statement of the same source.
    mutating func extend(to end: Int) {
        guard let last = pieces.popLast() else { return }
        let range = last.origin.range.lowerBound..<end
        byteCount += end - last.origin.range.upperBound
        statementCount += 1
        pieces.append(
            Piece(
                start: last.start, origin: StatementOrigin(source: last.origin.source, range: range),
                replacement: nil))
    }

    /// The text to send.
    package func text(from sources: [SourceText]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(byteCount)
        for piece in pieces {
            text += piece.replacement?[...] ?? sources[piece.origin.source].bytes[piece.origin.range]
            text.append(10)
        }
        return text
    }

    /// Where the byte at `offset` of the part's text stands in the sources, and where a statement before it begins; in a
    /// statement that was printed anew, where that begins. An offset behind the end counts as the end.
    package func origin(of offset: Int) -> (source: Int, offset: Int, statementStart: Int)? {
        let next = pieces.partitioningIndex { $0.start > offset }
        guard next > 0 else { return nil }
        let piece = pieces[next - 1]
        let start = piece.origin.range.lowerBound
        guard piece.replacement == nil else { return (piece.origin.source, start, start) }
        let inside = min(max(0, offset - piece.start), piece.origin.range.count)
        return (piece.origin.source, start + inside, start)
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first index whose element satisfies `isBehind`, if all elements behind one that does also do.
    fileprivate func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
