/// A statement, and which source it stands in.
package struct LoadedStatement: Sendable {
    package let statement: Statement
    package let source: Int

    package var origin: StatementOrigin { StatementOrigin(source: source, range: statement.range) }
}

/// A diagnostic, and which source it is about.
package struct LoadedDiagnostic: Sendable {
    package let diagnostic: Diagnostic
    package let source: Int

    package init(diagnostic: Diagnostic, source: Int) {
        self.diagnostic = diagnostic
        self.source = source
    }
}

/// A text that is being read. Not inside the generic loader, where every access would go through metadata and copies.
private struct OpenSource {
    var parser: Parser
    let index: Int
    let identity: SourceIdentity?
    let path: String
    /// How many of the parser's diagnostics have been taken over.
    var taken = 0
    /// The files of an include statement that are still to be read.
    var pending: ArraySlice<String> = []
    var include = 0..<0
}

/// Reads a text and everything that it includes as one stream of statements, in the order of execution.
///
/// It holds one parser for each file that is open; a million statements need no more memory than their text.
package struct SourceLoader<Reader: SourceReader> {
    /// Nested includes deeper than this are a mistake, as a cycle is.
    private static var depthLimit: Int { 32 }

    private let reader: Reader
    private let options: ParserOptions
    private var open: [OpenSource] = []
    private var counts = (errors: 0, warnings: 0)

    /// Every text read so far; ``LoadedStatement/source`` is an index.
    package private(set) var sources: [SourceText] = []
    /// Everything found so far, in the order of reading.
    package private(set) var diagnostics: [LoadedDiagnostic] = []
    /// The file named to ``init(path:reader:options:)`` could not be read; there are no statements.
    package private(set) var failure: SourceError?

    /// A loader of the file at `path`; see ``failure``.
    package init(path: String, reader: Reader, options: ParserOptions) {
        self.reader = reader
        self.options = options
        do {
            let file = try reader.read(path)
            push(SourceText(name: path == "-" ? "stdin" : path, bytes: file.bytes), path, file.identity)
        } catch {
            failure = error
        }
    }

    /// A loader of a text that is at hand; what it includes is sought relative to the working directory.
    package init(text: SourceText, reader: Reader, options: ParserOptions) {
        self.reader = reader
        self.options = options
        push(text, text.name, nil)
    }

    /// All errors, those not kept included.
    package var errorCount: Int { counts.errors + open.reduce(0) { $0 + $1.parser.errorCount } }
    /// All warnings, those not kept included.
    package var warningCount: Int { counts.warnings + open.reduce(0) { $0 + $1.parser.warningCount } }

    private mutating func push(_ text: SourceText, _ path: String, _ identity: SourceIdentity?) {
        let parser = Parser(text, options: options)
        open.append(OpenSource(parser: parser, index: sources.count, identity: identity, path: path))
        sources.append(text)
    }

    /// The next statement that is not an `include`; `nil` at the end of everything.
    package mutating func next() -> LoadedStatement? {
        while let top = open.indices.last {
            if let path = open[top].pending.popFirst() {
                include(path, from: top)
                continue
            }
            let statement = open[top].parser.next()
            if open[top].parser.diagnostics.count > open[top].taken { collectDiagnostics(top) }
            guard let statement else {
                close(top)
                continue
            }
            switch statement.kind {
            case .include(let pattern): expand(pattern, at: statement.range, top)
            case .end: endReading()
            default: return LoadedStatement(statement: statement, source: open[top].index)
            }
        }
        return nil
    }

    private mutating func close(_ top: Int) {
        counts.errors += open[top].parser.errorCount
        counts.warnings += open[top].parser.warningCount
        open.removeLast()
    }

    private mutating func collectDiagnostics(_ top: Int) {
        for diagnostic in open[top].parser.diagnostics[open[top].taken...] {
            diagnostics.append(LoadedDiagnostic(diagnostic: diagnostic, source: open[top].index))
        }
        open[top].taken = open[top].parser.diagnostics.count
    }

    /// `exit` ends the whole input, as it ends that of setkey.
    private mutating func endReading() {
        while let last = open.indices.last { close(last) }
    }

    // MARK: Including

    /// Relative patterns start at the directory of the including file. A name without a wildcard must exist.
    private mutating func expand(_ pattern: String, at range: Range<Int>, _ top: Int) {
        open[top].include = range
        var pattern = pattern
        if !pattern.hasPrefix("/"), let slash = open[top].path.lastIndex(of: "/") {
            pattern = open[top].path[...slash] + pattern
        }
        let isPlain = !pattern.contains { $0 == "*" || $0 == "?" || $0 == "[" }
        open[top].pending = isPlain ? [pattern] : reader.expand(pattern)[...]
    }

    private mutating func include(_ path: String, from top: Int) {
        do {
            let file = try reader.read(path)
            guard !open.contains(where: { $0.identity == file.identity }) else {
                return report(top, "\(path) includes itself", "remove one of the includes of the circle")
            }
            guard open.count < Self.depthLimit else {
                return report(top, "includes are nested deeper than \(Self.depthLimit)", "include fewer levels")
            }
            push(SourceText(name: path, bytes: file.bytes), path, file.identity)
        } catch {
            report(top, "\(error)", error.reason.advice)
        }
    }

    private mutating func report(_ top: Int, _ message: String, _ advice: String) {
        counts.errors += 1
        guard counts.errors <= options.diagnosticLimit else { return }
        let diagnostic = Diagnostic(.error, at: open[top].include, message, advice: advice)
        diagnostics.append(LoadedDiagnostic(diagnostic: diagnostic, source: open[top].index))
    }
}
