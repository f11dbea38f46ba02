import ControlProtocol
import Glibc
import IPsec
import SetkeySyntax

/// The statements of an input, and what is said about them.
struct StatementSource: ~Copyable {
    private var loader: SourceLoader<FileSourceReader>
    private var twins = TwinCheck()
    private let findsTwins: Bool

    /// - Parameters:
    ///   - warns: whether warnings are wanted (`-n`).
    ///   - expectsTwins: whether the text has to say `fwd` itself, so that a forgotten one is a warning.
    ///   - readsCredentials: whether `@NAME` is read here; otherwise the daemon does that.
    init(
        _ input: Input, warns: Bool, expectsTwins: Bool, readsCredentials: Bool = true
    ) throws(ClientFailure) {
        let options = ParserOptions(
            credentials: readsCredentials ? CredentialDirectory.ofThisProcess() : .unread,
            protocolNames: ProtocolNames(parsing: Self.table("/etc/protocols")),
            serviceNames: ServiceNames(parsing: Self.table("/etc/services")), warns: warns)
        let path =
            switch input {
            case .standardInput: "-"
            case .file(let path): path
            }
        loader = SourceLoader(path: path, reader: FileSourceReader(), options: options)
        findsTwins = warns && expectsTwins
        if let failure = loader.failure {
            throw ClientFailure(.failure, "\(failure); \(failure.reason.advice)")
        }
    }

    /// The statement that a flag stands for.
    init(commandLine text: String) {
        let text = SourceText(name: "command line", bytes: Array(text.utf8))
        loader = SourceLoader(text: text, reader: FileSourceReader(), options: ParserOptions())
        findsTwins = false
    }

    /// A table of names; without one the built-in names serve.
    private static func table(_ path: String) -> [UInt8] {
        (try? FileSourceReader().read(path).bytes) ?? []
    }

    var sources: [SourceText] { loader.sources }

    /// The next good statement.
    mutating func next() -> LoadedStatement? {
        guard let loaded = loader.next() else { return nil }
        if findsTwins { twins.add(loaded.statement.kind, at: loaded.origin) }
        return loaded
    }

    /// Appends every error and warning that was found, in the order of the text.
    ///
    /// - Returns: Whether there was an error.
    /// - Parameter others: further ones about the same sources.
    func appendDiagnostics(_ others: [LoadedDiagnostic] = [], to output: inout [UInt8]) -> Bool {
        let diagnostics = loader.diagnostics + twins.finish() + others
        for remark in diagnostics {
            loader.sources[remark.source].append(remark.diagnostic, to: &output)
            output.append("\n")
        }
        let kept = diagnostics.count { $0.diagnostic.severity == .error }
        if loader.errorCount > kept {
            output.append("... and ")
            output.append(decimal: loader.errorCount - kept)
            output.append(" more errors\n")
        }
        return kept > 0 || loader.errorCount > 0
    }
}
