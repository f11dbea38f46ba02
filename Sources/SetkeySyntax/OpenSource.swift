/// A text that is being read. Not inside the generic loader, where every access would go through metadata and copies.
struct OpenSource {
    private(set) var parser: Parser
    let index: Int
    let identity: SourceIdentity?
    let path: String
    /// How many of the parser's diagnostics have been taken over.
    var taken = 0
    /// The files of an include statement that are still to be read.
    var pending: ArraySlice<String> = []
    var include = 0..<0
    private var former: FormerReading?
    /// What was read so far, where somebody wants to have it and there was no error.
    private var kept: [ReadStatement]?
    /// How many statements were not parsed, because a former reading has them.
    private(set) var reusedCount = 0

    init(_ parser: Parser, index: Int, identity: SourceIdentity?, path: String) {
        self.parser = parser
        self.index = index
        self.identity = identity
        self.path = path
    }

    /// Keeps what will be read, and takes over what `source` has of the same text.
    mutating func keep(reusing source: ReadSource?) {
        former = source.map { FormerReading($0, of: parser.bytes) }
        var kept: [ReadStatement] = []
        kept.reserveCapacity(former?.count ?? 0)
        self.kept = kept
    }

    /// What was read; `nil` if there was an error.
    var readSource: ReadSource? {
        guard parser.errorCount == 0 else { return nil }
        return kept.map { ReadSource(bytes: parser.bytes, statements: $0) }
    }

    /// The next good statement; `nil` at the end.
    mutating func next() -> Statement? {
        guard kept != nil || former != nil else { return parser.next() }
        guard let read = reuse() ?? parse() else { return nil }
        kept?.append(read)
        former?.align(to: read.range.upperBound)
        return read.statement
    }

    private mutating func reuse() -> ReadStatement? {
        guard let known = former?.next, parser.pass(known) else { return nil }
        reusedCount += 1
        return known
    }

    private mutating func parse() -> ReadStatement? {
        let before = parser.tally
        let statement = parser.next()
        if parser.errorCount > 0 { kept = nil }
        return statement.map { ReadStatement($0, parsing: parser.tally - before) }
    }
}
