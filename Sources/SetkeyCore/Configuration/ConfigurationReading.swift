package import SetkeySyntax

/// The daemon's own file on its way to a ``Configuration``: loaded, evaluated, and judged as a whole.
///
/// Files are opened by its reader alone. Whoever reads takes statement after statement, and may stop at each.
package struct ConfigurationReading<Reader: SourceReader> {
    private let path: String
    private let isDefault: Bool
    private let style: DiagnosticStyle
    /// `nil` where nothing has changed since an earlier reading.
    private var loader: SourceLoader<Reader>?
    private var unchanged: (configuration: LoadedConfiguration, files: ReadingTrace.Reread)?
    private var evaluation: DesiredState.Evaluation

    /// Opens the file at `path`.
    ///
    /// - Parameters:
    ///   - isDefault: whether the path is the default one, which need not exist; one that was named must.
    ///   - style: how what is wrong with the file is shown.
    ///   - former: what an earlier reading has kept: only what differs from it is parsed, and where nothing does, there are no
    ///     statements, and what comes of it is what it was.
    package init(
        path: String, isDefault: Bool, reader: Reader, options: ParserOptions, style: DiagnosticStyle = .plain,
        reusing former: FormerReading
    ) {
        self.path = path
        self.isDefault = isDefault
        self.style = style
        if let outcome = former.outcome, let files = outcome.trace.reread(by: reader, options: options) {
            unchanged = (outcome.configuration, files)
        } else {
            loader = SourceLoader(path: path, reader: reader, options: options, reusing: former.sources)
        }
        evaluation = DesiredState.Evaluation(expecting: former.associations, policies: former.policies)
    }

    /// Every text read so far; ``LoadedStatement/source`` is an index.
    package var sources: [SourceText] { unchanged?.files.sources ?? loader?.sources ?? [] }
    /// Whose each of ``sources`` is; see ``SourceLoader/accesses``.
    package var accesses: [SourceAccess?] { unchanged?.files.accesses ?? loader?.accesses ?? [] }
    /// The directories in which the patterns of includes were sought.
    package var searchedDirectories: Set<String> {
        unchanged?.files.searchedDirectories ?? loader?.searchedDirectories ?? []
    }

    /// Reads the next statement, and declares what it declares; `nil` at the end of everything.
    package mutating func next() -> LoadedStatement? {
        guard let loaded = loader?.next() else { return nil }
        evaluation.add(loaded.statement, from: loaded.source)
        return loaded
    }

    /// What it has all come to; to be asked once, at the end.
    ///
    /// - Parameters:
    ///   - objections: rendered; why the file is refused whatever it says.
    ///   - clock: by which time it is judged.
    ///   - former: becomes what this reading leaves for the next one.
    package mutating func finish(
        objections: [String], at clock: RuleClock, keeping former: inout FormerReading
    ) -> Configuration {
        if let unchanged {
            var loaded = unchanged.configuration
            loaded.modifiedAt = unchanged.files.modifiedAt
            return objections.isEmpty ? .loaded(loaded) : .invalid(objections + loaded.warnings + loaded.notes)
        }
        guard let loader else { return .invalid(objections) }
        if let failure = loader.failure {
            if isDefault, failure.reason == .missing { return .absent(path: path) }
            return .invalid(["\(failure); \(failure.advice)"])
        }
        former.sources = loader.readSources ?? former.sources
        evaluation.endText()
        var found = loader.diagnostics + evaluation.diagnostics
        // Where a statement is wrong, what it was to declare is missing, and the rules would remark on that.
        guard loader.errorCount + evaluation.errorCount == 0 else { return .invalid(objections + rendered(found)) }
        let desired = evaluation.finish()
        found += FileRules.remarks(on: desired, clock: clock)
        guard objections.isEmpty else { return .invalid(objections + rendered(found)) }
        (former.associations, former.policies) = (desired.associations.count, desired.policies.count)
        let outlines = sources.map(\.outline)
        let loaded = LoadedConfiguration(
            desired: desired, warnings: rendered(found.filter { $0.diagnostic.severity == .warning }),
            notes: rendered(found.filter { $0.diagnostic.severity == .note }),
            locate: StatementLocator { origin in
                let position = outlines[origin.source].position(of: origin.range.lowerBound)
                return "\(outlines[origin.source].name):\(position.line):\(position.column)"
            },
            fingerprint: Fingerprint(of: sources), needsRicherTraits: loader.needsRicherTraits,
            modifiedAt: loader.modifiedAt)
        // What is said of times goes by the time at which it is said.
        former.outcome = desired.schedule == nil ? loader.trace.map { (loaded, $0) } : nil
        return .loaded(loaded)
    }

    private func rendered(_ remarks: [LoadedDiagnostic]) -> [String] {
        remarks.map { sources[$0.source].render($0.diagnostic, style: style) }
    }
}
