import IPsec
import SetkeyCore
import SetkeySyntax

/// Reads the file of a test, and nothing else.
struct FileOfTest: SourceReader {
    let text: String?
    var writtenAt = 0

    func read(_ path: String, upTo limit: Int) throws(SourceError) -> SourceFile {
        guard let text, path == Machine.path else { throw SourceError(path: path, reason: .missing) }
        return SourceFile(
            bytes: Array(text.utf8), identity: SourceIdentity(device: 0, number: 0),
            modifiedAt: writtenAt)
    }

    func expand(_ pattern: String) throws(SourceError) -> [String] { [] }

    func isDirectory(_ path: String) -> Bool { false }
}

extension Machine {
    /// Where the daemon believes that its file is.
    static let path = "test.conf"

    /// Reads the file as the daemon's shell does, but for the permissions of files.
    mutating func readConfiguration() -> Configuration {
        var options = ParserOptions(traits: door.traits, allowsInclude: false)
        options.richerTraits = richerDoor?.traits
        var reading = ConfigurationReading(
            path: Self.path, isDefault: true, reader: FileOfTest(text: file, writtenAt: fileWrittenAt),
            options: options,
            reusing: formerReading)
        while reading.next() != nil {}
        let configuration = reading.finish(
            objections: [], at: RuleClock(now: seconds + clockError), keeping: &formerReading)
        guard case .loaded(let loaded) = configuration else { return configuration }
        // What the rules remark is not what these tests are about, and they name statements by their lines.
        return .loaded(
            LoadedConfiguration(
                desired: loaded.desired, warnings: fileWarnings,
                locate: StatementLocator { origin in
                    loaded.locate(origin).split(separator: ":").prefix(2).joined(separator: ":")
                },
                fingerprint: loaded.fingerprint, needsRicherTraits: loaded.needsRicherTraits,
                modifiedAt: loaded.modifiedAt))
    }

    /// What is being read has been read.
    mutating func finishReading() {
        let purposes = heldReadings
        heldReadings = []
        for purpose in purposes { post(.configuration(readConfiguration(), purpose)) }
    }
}
