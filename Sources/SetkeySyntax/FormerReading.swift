/// A former reading of a source, laid along its text of today.
///
/// The parser knows nothing at the end of a good statement of what came before. Where it stands at such an end, and
/// stood there in the former text too, a statement that follows in both need not be parsed.
struct FormerReading {
    let statements: [ReadStatement]
    /// So many bytes at the start are as before; to the end of a statement.
    private let commonStart: Int
    /// From here on the bytes are as before; from the end of a statement. It may be before ``commonStart``, as both
    /// sides of what was removed may look alike.
    private let commonEnd: Int
    /// How much farther behind they stand now.
    private let shift: Int
    /// The first statement behind the place where the parser stands.
    private var index = 0
    /// Whether the one before it ends there, and whether that is in the common end.
    private var isAligned = true
    private var isInCommonEnd = false

    /// Of a text that was not read before.
    init() {
        statements = []
        (commonStart, commonEnd, shift) = (0, 0, 0)
    }

    init(_ former: ReadSource, of bytes: [UInt8]) {
        statements = former.statements
        shift = bytes.count - former.byteCount
        let common = former.commonStatementCount(bytes.span)
        commonStart = former.end(of: common)
        let isSame = shift == 0 && common == statements.count && former.hasRest(of: bytes.span)
        commonEnd = isSame ? 0 : former.commonEnd(bytes.span, downTo: common)
    }

    /// The index of the statement that comes next, if that is certain, and where it stands now.
    ///
    /// Not the statement, which is large: it is copied where it is needed.
    var next: (index: Int, range: Range<Int>)? {
        guard isAligned, index < statements.count else { return nil }
        let range = statements[index].statement.range
        if isInCommonEnd { return (index, range.lowerBound + shift..<range.upperBound + shift) }
        return range.upperBound <= commonStart ? (index, range) : nil
    }

    /// Follows the parser to the end of a good statement.
    mutating func align(to end: Int) {
        isInCommonEnd = end >= commonEnd
        isAligned = false
        guard isInCommonEnd || end <= commonStart else { return }
        let formerEnd = isInCommonEnd ? end - shift : end
        while index < statements.count, statements[index].statement.range.upperBound <= formerEnd { index += 1 }
        isAligned = index > 0 && statements[index - 1].statement.range.upperBound == formerEnd
    }
}

extension ReadSource {
    /// Where the first `count` statements end.
    fileprivate func end(of count: Int) -> Int {
        count > 0 ? statements[count - 1].statement.range.upperBound : 0
    }

    /// How many statements a text begins with that are the first ones of this.
    fileprivate func commonStatementCount(_ text: Span<UInt8>) -> Int {
        var count = 0
        while count < statements.count, end(of: count + 1) <= text.count,
            TextDigest(text.extracting(end(of: count)..<end(of: count + 1))) == statements[count].digest
        {
            count += 1
        }
        return count
    }

    /// Whether a text ends with what follows the last statement of this.
    fileprivate func hasRest(of text: Span<UInt8>) -> Bool {
        let count = byteCount - end(of: statements.count)
        return count <= text.count && TextDigest(text.extracting(last: count)) == rest
    }

    /// From where on a text is as this one to its end.
    ///
    /// - Parameter first: the statement where the search ends.
    fileprivate func commonEnd(_ text: Span<UInt8>, downTo first: Int) -> Int {
        guard hasRest(of: text) else { return text.count }
        let shift = text.count - byteCount
        var count = statements.count
        while count > first, end(of: count - 1) + shift >= 0,
            TextDigest(text.extracting(end(of: count - 1) + shift..<end(of: count) + shift))
                == statements[count - 1].digest
        {
            count -= 1
        }
        return end(of: count) + shift
    }
}
