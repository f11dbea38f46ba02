/// A statement, and which source it stands in.
package struct LoadedStatement: Sendable {
    /// As the parser has made it.
    package let statement: Statement
    /// The index of the source in ``LoadedSources/sources``.
    package let source: Int

    /// Both as one value.
    package var origin: StatementOrigin { StatementOrigin(source: source, range: statement.range) }
}

/// A diagnostic, and which source it is about.
package struct LoadedDiagnostic: Sendable {
    /// Its offsets are those of the source.
    package let diagnostic: Diagnostic
    /// The index of the source in ``LoadedSources/sources``.
    package let source: Int

    package init(diagnostic: Diagnostic, source: Int) {
        self.diagnostic = diagnostic
        self.source = source
    }
}

/// Reads a text and everything that it includes as one stream of statements, in the order of execution.
///
/// It holds one parser for each file that is open; a million statements need no more memory than their text.
package struct SourceLoader<Reader: SourceReader> {
    /// Nested includes deeper than this are a mistake, as a cycle is.
    private static var depthLimit: Int { 32 }
    /// So many files are included at most, in all: files that include others twice would be read without an end.
    private static var inclusionLimit: Int { 10_000 }
    /// As many bytes, in all.
    private static var includedByteLimit: Int { 512 << 20 }

    private let reader: Reader
    private let options: ParserOptions
    private var open: [OpenSource] = []
    private var counts = (errors: 0, warnings: 0, reused: 0)
    private var closedNeedRicherTraits = false
    private var included = (files: 0, bytes: 0)
    private let former: ReadSources?

    /// Every text read so far; ``LoadedStatement/source`` is an index.
    package private(set) var sources: [SourceText] = []
    /// Whose each of ``sources`` is.
    package private(set) var accesses: [SourceAccess?] = []
    /// When the last of the files was written, in seconds since 1970.
    package private(set) var modifiedAt = 0
    /// The directories in which the patterns of includes were sought, whether or not anything was there.
    package private(set) var searchedDirectories: Set<String> = []
    /// Everything found so far, in the order of reading.
    package private(set) var diagnostics: [LoadedDiagnostic] = []
    /// What was read, once that is all: for the next loader. `nil` unless ``init(path:reader:options:reusing:)`` was
    /// asked to keep it. Of a source with an error it is what the former reading has of it.
    package private(set) var readSources: ReadSources?
    /// By what all of it has been found, kept where ``readSources`` are; of worth once everything has been read.
    package private(set) var trace: ReadingTrace?
    /// The file named to ``init(path:reader:options:reusing:)`` could not be read; there are no statements.
    package private(set) var failure: SourceError?

    /// A loader of the file at `path`; see ``failure``.
    ///
    /// - Parameter former: what another loader has read of the same files. It changes nothing but the time that this
    ///   one takes. Even an empty value lets ``readSources`` be kept; `nil` does not, which saves its memory.
    package init(path: String, reader: Reader, options: ParserOptions, reusing former: ReadSources? = nil) {
        self.reader = reader
        self.options = options
        self.former = former?.usable(with: options)
        readSources = former.map { _ in ReadSources(options: options) }
        trace = former.map { _ in ReadingTrace(options) }
        do {
            let file = try reader.read(path)
            push(SourceText(name: SourceText.name(ofFile: path), bytes: file.bytes), path, file)
        } catch {
            failure = error
        }
    }

    /// A loader of a text that is at hand; what it includes is sought relative to the working directory.
    package init(text: SourceText, reader: Reader, options: ParserOptions) {
        self.reader = reader
        self.options = options
        former = nil
        push(text, text.name, nil)
    }

    /// All errors, those not kept included.
    package var errorCount: Int { counts.errors + open.reduce(0) { $0 + $1.parser.errorCount } }
    /// All warnings, those not kept included.
    package var warningCount: Int { counts.warnings + open.reduce(0) { $0 + $1.parser.warningCount } }

    /// Whether a statement so far is good by ``ParserOptions/richerTraits`` alone.
    package var needsRicherTraits: Bool { closedNeedRicherTraits || open.contains(where: \.parser.needsRicherTraits) }

    /// How many statements did not have to be parsed.
    package var reusedCount: Int { counts.reused + open.reduce(0) { $0 + $1.reusedCount } }

    private mutating func push(_ text: SourceText, _ path: String, _ file: SourceFile?) {
        let parser = Parser(text, options: options)
        var source = OpenSource(parser, index: sources.count, identity: file?.identity, path: path)
        if let former { source.keep(reusing: former[path]) }
        open.append(source)
        if let file { trace?.note(file, at: path, called: text.name) }
        sources.append(text)
        accesses.append(file?.access)
        modifiedAt = max(modifiedAt, file?.modifiedAt ?? 0)
    }

    /// The next statement that is not an `include`; `nil` at the end of everything.
    package mutating func next() -> LoadedStatement? {
        while let top = open.indices.last {
            if let path = open[top].pending.popFirst() {
                include(path, from: top)
                continue
            }
            let statement = open[top].next()
            if open[top].parser.diagnostics.count > open[top].taken { collectDiagnostics(top) }
            guard let statement else {
                closeLast()
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

    private mutating func closeLast() {
        guard let source = open.popLast() else { return }
        counts.errors += source.parser.errorCount
        counts.warnings += source.parser.warningCount
        counts.reused += source.reusedCount
        if source.parser.needsRicherTraits { closedNeedRicherTraits = true }
        if source.parser.tally.credentials > 0 { trace?.notePartial() }
        let read = source.readSource ?? former?[source.path]
        readSources?[source.path] = read
    }

    private mutating func collectDiagnostics(_ top: Int) {
        for diagnostic in open[top].parser.diagnostics[open[top].taken...] {
            diagnostics.append(LoadedDiagnostic(diagnostic: diagnostic, source: open[top].index))
        }
        open[top].taken = open[top].parser.diagnostics.count
    }

    /// `exit` ends the whole input, as it ends that of setkey.
    private mutating func endReading() {
        while !open.isEmpty { closeLast() }
    }

    // MARK: Including

    /// Relative patterns start at the directory of the including file. A name without a wildcard must exist.
    private mutating func expand(_ pattern: String, at range: Range<Int>, _ top: Int) {
        open[top].include = range
        var pattern = pattern
        if !pattern.hasPrefix("/"), let slash = open[top].path.lastIndex(of: "/") {
            pattern = open[top].path[...slash] + pattern
        }
        guard Self.hasWildcard(pattern) else { return open[top].pending = [pattern] }
        do {
            open[top].pending = try expanded(pattern)[...]
            try noteDirectories(of: pattern, top)
        } catch {
            report(top, "\(error)", error.advice)
        }
    }

    private static func hasWildcard(_ pattern: String) -> Bool {
        pattern.utf8.contains { "*?[".utf8.contains($0) }
    }

    /// Notes where files are sought. That none is there may be meant, that there is no such directory hardly: with the
    /// next reload all that was declared in it would be removed.
    private mutating func noteDirectories(of pattern: String, _ top: Int) throws(SourceError) {
        var directory = SourceText.directory(ofFile: pattern)
        while Self.hasWildcard(directory) {
            for found in try expanded(directory) { noteSearch(in: found) }
            directory = SourceText.directory(ofFile: directory)
        }
        noteSearch(in: directory)
        guard !reader.isDirectory(directory) else { return }
        warn(top, .missingDirectory, "the directory \(directory) does not exist: nothing is included", "check the name")
    }

    private mutating func noteSearch(in directory: String) {
        searchedDirectories.insert(directory)
        let exists = reader.isDirectory(directory)
        trace?.note(directory: directory, exists: exists)
    }

    private mutating func expanded(_ pattern: String) throws(SourceError) -> [String] {
        let paths = try reader.expand(pattern)
        trace?.note(pattern, standsFor: paths)
        return paths
    }

    private mutating func include(_ path: String, from top: Int) {
        let rest = Self.includedByteLimit - included.bytes
        do {
            let file = try reader.read(path, upTo: rest)
            guard !open.contains(where: { $0.identity == file.identity }) else {
                let name = SourceText.name(ofFile: path)
                return report(top, "\(name) includes itself", "remove one of the includes in the cycle")
            }
            guard open.count < Self.depthLimit else {
                return report(top, "includes are nested deeper than \(Self.depthLimit)", "include fewer levels")
            }
            guard count(file) else { return refuseMore(top) }
            push(SourceText(name: SourceText.name(ofFile: path), bytes: file.bytes), path, file)
        } catch {
            if error.reason == .tooLarge(limit: rest) { return refuseMore(top) }
            report(top, "\(error)", error.advice)
        }
    }

    /// Counts an included file; false for one too many.
    private mutating func count(_ file: SourceFile) -> Bool {
        included.files += 1
        included.bytes += file.bytes.count
        return included.files <= Self.inclusionLimit
    }

    /// Ends the reading: what else is included would be too much as well.
    private mutating func refuseMore(_ top: Int) {
        report(
            top, "more than \(Self.inclusionLimit) files or \(Self.includedByteLimit >> 20) MiB are included in all",
            "join files; a file that includes others twice, which do so too, is read again and again")
        endReading()
    }

    private mutating func warn(_ top: Int, _ code: RuleCode, _ message: String, _ advice: String) {
        counts.warnings += 1
        guard counts.warnings <= options.diagnosticLimit else { return }
        let diagnostic = Diagnostic(.warning, at: open[top].include, message, advice: advice, code: code)
        diagnostics.append(LoadedDiagnostic(diagnostic: diagnostic, source: open[top].index))
    }

    private mutating func report(_ top: Int, _ message: String, _ advice: String) {
        counts.errors += 1
        guard counts.errors <= options.diagnosticLimit else { return }
        let diagnostic = Diagnostic(.error, at: open[top].include, message, advice: advice)
        diagnostics.append(LoadedDiagnostic(diagnostic: diagnostic, source: open[top].index))
    }
}
