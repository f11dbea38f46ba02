/// A former reading of a source, laid along its text of today.
///
/// The parser knows nothing at the end of a good statement of what came before. Where it stands at such an end, and
/// stood there in the former text too, a statement that follows in both need not be parsed.
struct FormerReading {
    let statements: [ReadStatement]
    /// So many bytes at the start are as before.
    private let commonStart: Int
    /// From here on the bytes are as before; this may be before ``commonStart``, as both sides of what was inserted
    /// may look like its end.
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
        commonStart = bytes.span.commonPrefixCount(former.bytes.span)
        shift = bytes.count - former.bytes.count
        let isSame = shift == 0 && commonStart == bytes.count
        commonEnd = isSame ? 0 : bytes.count - bytes.span.commonSuffixCount(former.bytes.span)
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
        // From the common start to the common end the way may lead back.
        while index > 0, statements[index - 1].statement.range.upperBound > formerEnd { index -= 1 }
        while index < statements.count, statements[index].statement.range.upperBound <= formerEnd { index += 1 }
        isAligned = index > 0 && statements[index - 1].statement.range.upperBound == formerEnd
    }
}
