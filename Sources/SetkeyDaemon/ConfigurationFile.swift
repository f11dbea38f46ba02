import IPsec
package import SetkeyCore
import SetkeySyntax
import Synchronization
import TextBytes

/// The daemon's own file: read, parsed and evaluated, away from the main queue because a large one takes its time.
package struct ConfigurationFile: Sendable {
    package let path: String
    /// Whether the path is the default one, which need not exist; one that was named must.
    package let isDefault: Bool
    /// How what is wrong with it is shown; the daemon's log has no colours.
    nonisolated var style = DiagnosticStyle.plain

    package nonisolated init(path: String, isDefault: Bool) {
        self.path = path
        self.isDefault = isDefault
    }

    /// Reads the file as it is now. Its includes and credentials are read with it.
    ///
    /// - Parameter former: what an earlier reading has kept: only what differs from it is parsed. It becomes what this
    ///   reading keeps.
    /// - Parameter isWanted: asked at each statement; when it is false, the reading ends, and what it returns is worth
    ///   nothing.
    package nonisolated func read(
        reusing former: inout FormerReading, while isWanted: () -> Bool = { true }
    ) -> Configuration {
        guard isWanted() else { return .invalid([]) }
        var options = ParserOptions.ofThisMachine()
        options.warns = true
        var loader = SourceLoader(path: path, reader: ConfigurationReader(), options: options, reusing: former.sources)
        if let failure = loader.failure {
            if isDefault, failure.reason == .missing { return .absent(path: path) }
            return .invalid(["\(failure); \(failure.advice)"])
        }
        var evaluation = DesiredState.Evaluation(expecting: former.associations, policies: former.policies)
        var access = ConfigurationAccess()
        while let loaded = loader.next() {
            guard isWanted() else { return .invalid([]) }
            evaluation.add(loaded.statement.kind, at: loaded.origin)
            access.note(loaded, in: loader.accesses[loaded.source])
        }
        former.sources = loader.readSources ?? former.sources
        let sources = loader.sources
        var found = loader.diagnostics + evaluation.diagnostics
        let objections = access.objections(
            to: loader.accesses, of: sources, searched: loader.searchedDirectories)
        func rendered(_ remarks: [LoadedDiagnostic]) -> [String] {
            remarks.map { sources[$0.source].render($0.diagnostic, style: style) }
        }
        // Where a statement is wrong, what it was to declare is missing, and the rules would remark on that.
        guard loader.errorCount + evaluation.errorCount == 0 else { return .invalid(objections + rendered(found)) }
        let desired = evaluation.finish()
        found += FileRules.remarks(on: desired)
        guard objections.isEmpty else { return .invalid(objections + rendered(found)) }
        (former.associations, former.policies) = (desired.associations.count, desired.policies.count)
        let outlines = sources.map(\.outline)
        return .loaded(
            LoadedConfiguration(
                desired: desired, warnings: rendered(found.filter { $0.diagnostic.severity == .warning }),
                notes: rendered(found.filter { $0.diagnostic.severity == .note }),
                locate: StatementLocator { origin in
                    let position = outlines[origin.source].position(of: origin.range.lowerBound)
                    return "\(outlines[origin.source].name):\(position.line):\(position.column)"
                },
                fingerprint: Fingerprint(of: sources)))
    }
}

/// What a reading of the configuration leaves for the next one, to make it quicker.
package struct FormerReading: Sendable {
    fileprivate nonisolated var sources = ReadSources()
    /// How many entries were declared.
    fileprivate nonisolated var associations = 0
    fileprivate nonisolated var policies = 0

    package nonisolated init() {}
}

/// Whether what a reading of the configuration leads to is still wanted.
nonisolated final class ReadingWish: Sendable {
    let isAbandoned = Atomic(false)
}

extension Fingerprint {
    /// Of the bytes of all sources, in the order of reading: FNV-1a, eight bytes at a time.
    nonisolated init(of sources: [SourceText]) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func take(_ bits: UInt64) {
            // The multiplication carries upwards only: the rotation brings the high bits down again.
            let product = (hash ^ bits) &* 0x100_0000_01b3
            hash = product << 29 | product >> 35
        }
        for source in sources {
            let bytes = source.bytes.span
            var index = 0
            while index <= bytes.count - ByteWord.byteCount {
                take(ByteWord(bytes, at: index).bits)
                index += ByteWord.byteCount
            }
            while index < bytes.count {
                take(UInt64(bytes[index]))
                index += 1
            }
            take(UInt64(bytes.count))
        }
        self.init(rawValue: hash)
    }
}

extension ParserOptions {
    /// What this machine knows: /etc/protocols, /etc/services, and the credentials of this process.
    nonisolated static func ofThisMachine() -> ParserOptions {
        let reader = FileSourceReader()
        func table(_ path: String) -> [UInt8] { (try? reader.read(path).bytes) ?? [] }
        return ParserOptions(
            credentials: CredentialDirectory.ofThisProcess(),
            protocolNames: ProtocolNames(parsing: table("/etc/protocols")),
            serviceNames: ServiceNames(parsing: table("/etc/services")))
    }
}
