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
    /// Whether somebody wants to have what is read.
    private var isKept = false
    private var former = FormerReading()
    /// So far; `nil` behind an error.
    private var kept: [ReadStatement]? = []
    /// Where the last of these ends.
    private var keptEnd = 0
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
        isKept = true
        guard let source else { return }
        former = FormerReading(source, of: parser.bytes)
        kept?.reserveCapacity(source.statements.count)
    }

    /// What was read; `nil` if there was an error.
    var readSource: ReadSource? {
        guard isKept, parser.errorCount == 0 else { return nil }
        let rest = TextDigest(parser.bytes.span.extracting(keptEnd...))
        return kept.map { ReadSource(byteCount: parser.bytes.count, statements: $0, rest: rest) }
    }

    /// The next good statement; `nil` at the end.
    mutating func next() -> Statement? {
        guard isKept else { return parser.next() }
        if let (index, range) = former.next, parser.pass(former.statements[index].effects, over: range) {
            let known = former.statements[index].statement
            let statement = Statement(
                known.kind, range: range, containsKey: known.containsKey, validity: known.validity)
            reusedCount += 1
            let (digest, effects) = (former.statements[index].digest, former.statements[index].effects)
            if canKeep(to: range.upperBound) { keep(statement, digest, effects) }
            return statement
        }
        let before = parser.tally
        guard let statement = parser.next() else { return nil }
        let end = statement.range.upperBound
        // An `exit` without its ';' is one because of what follows it: it is parsed in every reading.
        guard parser.bytes[end - 1] == UInt8(ascii: ";"), canKeep(to: end) else { return statement }
        let digest = TextDigest(parser.bytes.span.extracting(keptEnd..<end))
        keep(statement, digest, ReadStatement.Effects(of: statement.kind, parsing: parser.tally - before))
        return statement
    }

    /// Follows the parser to the end of a good statement. Behind an error nothing is kept, nor the text since then digested,
    /// with each statement more of it.
    private mutating func canKeep(to end: Int) -> Bool {
        former.align(to: end)
        if parser.errorCount > 0 { kept = nil }
        return kept != nil
    }

    private mutating func keep(_ statement: Statement, _ digest: TextDigest, _ effects: ReadStatement.Effects) {
        kept?.append(ReadStatement(statement: statement, digest: digest, effects: effects))
        keptEnd = statement.range.upperBound
    }
}
