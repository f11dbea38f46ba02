import SetkeySyntax

/// Reads the files of the configuration; for one that is not readable it says what makes it readable for the daemon.
nonisolated struct ConfigurationReader: SourceReader {
    private let files = FileSourceReader(trusts: { ConfigurationAccess.trusts($0) })
    private let service: ServiceReader

    init(for service: ServiceReader = .ofThisProcess()) {
        self.service = service
    }

    func read(_ path: String, upTo limit: Int) throws(SourceError) -> SourceFile {
        do throws(SourceError) { return try files.read(path, upTo: limit) } catch {
            throw advised(error, path, mode: "640")
        }
    }

    func expand(_ pattern: String) throws(SourceError) -> [String] {
        do throws(SourceError) { return try files.expand(pattern) } catch {
            throw advised(error, SourceText.directory(ofFile: pattern), mode: "750")
        }
    }

    func isDirectory(_ path: String) -> Bool { files.isDirectory(path) }

    private func advised(_ error: SourceError, _ path: String, mode: String) -> SourceError {
        guard error.reason == .denied else { return error }
        return SourceError(path: error.path, reason: .denied, advice: service.remedy(for: path, mode: mode))
    }
}
