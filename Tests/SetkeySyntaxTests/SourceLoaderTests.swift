import Glibc
import IPsec
import SetkeySyntax
import Testing

/// Files in a dictionary; a glob is a prefix and a `*`.
struct FakeReader: SourceReader {
    var files: [String: String]

    func read(_ path: String, upTo limit: Int) throws(SourceError) -> SourceFile {
        guard let text = files[path] else { throw SourceError(path: path, reason: .missing) }
        let number = UInt64(files.keys.sorted().firstIndex(of: path) ?? 0)
        return SourceFile(bytes: Array(text.utf8), identity: SourceIdentity(device: 0, number: number))
    }

    func expand(_ pattern: String) -> [String] {
        files.keys.filter { $0.hasPrefix(pattern.prefix { $0 != "*" }) }.sorted()
    }

    func isDirectory(_ path: String) -> Bool { true }
}

struct SourceLoaderTests {
    private func load(_ files: [String: String], _ path: String = "/etc/a") -> (protocols: [String], errors: [String]) {
        var loader = SourceLoader(path: path, reader: FakeReader(files: files), options: ParserOptions())
        var texts: [String] = []
        while let loaded = loader.next() { texts.append("\(loaded.source) \(loaded.statement.kind.text())") }
        #expect(loader.errorCount == loader.diagnostics.count)
        let errors = loader.diagnostics.map { found in
            String(loader.sources[found.source].render(found.diagnostic).prefix { $0 != "\n" })
        }
        return (texts, errors + (loader.failure.map { ["\($0)"] } ?? []))
    }

    @Test func includedStatementsComeInPlaceAndInOrder() {
        let result = load([
            "/etc/a": "flush ; include \"d/*\" ; dump ; include \"b\" ;",
            "/etc/b": "flush ah ;", "/etc/d/2": "dump esp ;", "/etc/d/1": "dump ah ;",
        ])
        #expect(result.protocols == ["0 flush ;", "1 dump ah ;", "2 dump esp ;", "0 dump ;", "3 flush ah ;"])
        #expect(result.errors.isEmpty)
    }

    @Test func theNameOfAFileStaysOnItsLine() {
        let name = "/etc/d/a\u{1b}[31mb\nc.conf"
        let errors = load(["/etc/a": "include \"/etc/d/*\" ;", name: "nonsense;"]).errors
        #expect(errors.count == 1 && errors[0].hasPrefix("/etc/d/a?[31mb?c.conf:1:1: error: "), "\(errors)")
    }

    @Test func aPatternWithoutAMatchIsFineAndAMissingFileIsNot() {
        let result = load(["/etc/a": "include \"d/*\" ; include \"/x\" ;\n dump ;"])
        #expect(result.protocols == ["0 dump ;"])
        #expect(result.errors == ["/etc/a:1:17: error: /x: no such file; check the name"])
    }

    @Test func filesThatIncludeTwiceWhatIncludesTwiceAreReadToALimit() {
        var files = ["/etc/20": "dump ;"]
        for level in 0..<20 { files["/etc/\(level)"] = "include \"\(level + 1)\" ; include \"\(level + 1)\" ;" }
        let result = load(files, "/etc/0")
        #expect(result.errors.count == 1)
        #expect(
            result.errors.first?.contains("more than 10000 files or 512 MiB are included in all; join files") == true)
        #expect(result.protocols.count < 10_000)
    }

    @Test func circlesAreErrorsAndTwiceTheSameFileIsNone() {
        let circle = load(["/etc/a": "include \"b\" ;", "/etc/b": "flush ; include \"/etc/a\" ;"])
        #expect(circle.protocols == ["1 flush ;"])
        #expect(
            circle.errors == [
                "/etc/b:1:9: error: /etc/a includes itself; remove one of the includes in the cycle"
            ])
        #expect(load(["/etc/a": "include \"b\" ; include \"b\" ;", "/etc/b": "flush ;"]).errors.isEmpty)
    }

    @Test func errorsOfAllFilesAreReportedEachAtItsPlace() {
        let result = load(["/etc/a": "x ;\ninclude \"b\" ;\ny ;", "/etc/b": "\nz ;"])
        #expect(result.errors.map { $0.prefix { $0 != " " } } == ["/etc/a:1:1:", "/etc/b:2:1:", "/etc/a:3:1:"])
    }

    @Test func exitInAnIncludedFileEndsEverything() {
        #expect(load(["/etc/a": "include \"b\" ; dump ;", "/etc/b": "flush ; exit ;"]).protocols.first == "1 flush ;")
        #expect(load(["/etc/a": "include \"b\" ; dump ;", "/etc/b": "flush ; exit ;"]).protocols.count == 1)
    }

    @Test func aMissingFirstFileIsAFailure() {
        #expect(load([:]).errors == ["/etc/a: no such file"])
    }

    @Test func realFilesAreReadAndTheirFaultsNamed() throws {
        let reader = FileSourceReader(sizeLimit: 100)
        let directory = try TemporaryDirectory()
        for name in ["b", "a", "C"] { try directory.write("flush ;", to: name) }
        #expect(try reader.read("\(directory.path)/a").bytes == Array("flush ;".utf8))
        #expect(
            try reader.expand("\(directory.path)/*") == [
                "\(directory.path)/C", "\(directory.path)/a", "\(directory.path)/b",
            ])
        #expect(throws: SourceError(path: directory.path, reason: .directory)) { try reader.read(directory.path) }
        #expect(throws: SourceError(path: "\(directory.path)/no", reason: .missing)) {
            try reader.read("\(directory.path)/no")
        }
        #expect(throws: SourceError(path: "/dev/zero", reason: .notAFile)) { try reader.read("/dev/zero") }
        try directory.write(String(repeating: "x", count: 101), to: "big")
        #expect(throws: SourceError(path: "\(directory.path)/big", reason: .tooLarge(limit: 100))) {
            try reader.read("\(directory.path)/big")
        }
    }

    /// The files are sparse: they cost only whoever reads them.
    @Test func whatIsTooMuchIsNotRead() throws {
        let directory = try TemporaryDirectory()
        for (name, size) in [("small", 1000), ("large", 1 << 21), ("huge", 513 << 20)] {
            try directory.write("", to: name)
            try #require(unsafe truncate("\(directory.path)/\(name)", size) == 0)
        }
        #expect(throws: SourceError(path: "\(directory.path)/small", reason: .tooLarge(limit: 999))) {
            try FileSourceReader().read("\(directory.path)/small", upTo: 999)
        }
        let wary = FileSourceReader(trusts: { $0.owner != geteuid() })
        #expect(try wary.read("\(directory.path)/small").bytes.count == 1000)
        let unread = try wary.read("\(directory.path)/large", upTo: 10)
        #expect(unread.bytes.isEmpty && unread.access?.owner == geteuid())
        #expect(try FileSourceReader().read("\(directory.path)/large").bytes.count == 1 << 21)
        try directory.write("include \"huge\" ;\ndump ;\n", to: "a")
        var loader = SourceLoader(
            path: "\(directory.path)/a", reader: FileSourceReader(), options: ParserOptions())
        while loader.next() != nil {}
        #expect(
            loader.diagnostics.map(\.diagnostic.message) == ["more than 10000 files or 512 MiB are included in all"])
        #expect(loader.sources.count == 1)
    }

    /// An unreadable directory is not an empty one: all that is declared in it would be removed.
    @Test func aPatternWhoseDirectoryCannotBeReadIsAnError() throws {
        let reader = FileSourceReader()
        let directory = try TemporaryDirectory()
        #expect(try reader.expand("\(directory.path)/none/*.conf").isEmpty)
        // A link to itself cannot be read by root either.
        #expect(unsafe symlink("loop", "\(directory.path)/loop") == 0)
        let pattern = "\(directory.path)/loop/*.conf"
        #expect(throws: SourceError(path: pattern, reason: .system(ELOOP))) { try reader.expand(pattern) }
        try directory.write("flush ;\ninclude \"loop/*.conf\" ;\n", to: "a")
        var loader = SourceLoader(path: "\(directory.path)/a", reader: reader, options: ParserOptions())
        while loader.next() != nil {}
        #expect(loader.errorCount == 1)
    }

    /// A name with a slip in it takes away all that was declared there, so it is said; an empty directory is not.
    @Test(arguments: [
        ("no/*.conf", "no"), ("no/*/a.conf", "no"), ("no/deep/*.conf", "no/deep"), ("a/*.conf", "a"),
        ("there/*.conf", nil), ("there/*/*.conf", nil), ("there/x*/no/*.conf", nil), ("*.conf", nil),
    ])
    func aPatternWhoseDirectoryDoesNotExistIsAWarning(_ pattern: String, _ missing: String?) throws {
        let directory = try TemporaryDirectory()
        try #require(unsafe mkdir("\(directory.path)/there", 0o755) == 0)
        defer { _ = unsafe rmdir("\(directory.path)/there") }
        try directory.write("flush ;\n  include \"\(pattern)\" ;\ndump ;\n", to: "a")
        let path = "\(directory.path)/a"
        var loader = SourceLoader(path: path, reader: FileSourceReader(), options: ParserOptions())
        var count = 0
        while loader.next() != nil { count += 1 }
        let remarks = loader.diagnostics.map { loader.sources[$0.source].render($0.diagnostic) }
        let warning = missing.map {
            """
            \(path):2:3: warning: the directory \(directory.path)/\($0) does not exist: nothing is included; \
            check the name [missing-directory]
            """
        }
        #expect(count == 2 && loader.errorCount == 0)
        #expect(loader.warningCount == (missing == nil ? 0 : 1))
        #expect(remarks.map { String($0.prefix { $0 != "\n" }) } == (warning.map { [$0] } ?? []))
    }

    // The writers are processes: a task might never get a thread while the reader waits in a system call.

    @Test func aFileThatChangesWhileItIsReadIsRefused() throws {
        let directory = try TemporaryDirectory()
        try directory.write(String(repeating: "flush ;\n", count: 500_000), to: "f")
        let path = "\(directory.path)/f"
        let loop = "while test ! -e \(directory.path)/stop; do echo 'flush ;' >&3; done"
        try #require(shell("( \(loop) ) 3>>\(path) 2>/dev/null & echo $! >\(directory.path)/pid") == 0)
        directory.adopt("pid")
        var found: SourceError.Reason?
        for _ in 0..<5000 where found == nil {
            do { _ = try FileSourceReader().read(path) } catch { found = error.reason }
        }
        try directory.write("", to: "stop")
        #expect(shell("while kill -0 $(cat \(directory.path)/pid) 2>/dev/null; do :; done") == 0)
        #expect(found == .changedWhileRead)
    }

    @Test func aPipeIsReadOnlyWhereThatIsAllowed() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/fifo"
        try #require(shell("mkfifo \(path)") == 0)
        defer { _ = unsafe unlink(path) }
        #expect(throws: SourceError(path: path, reason: .notAFile)) { try FileSourceReader().read(path) }
        try #require(shell("echo 'flush ;' >\(path) &") == 0)
        #expect(try FileSourceReader(allowsPipes: true).read(path).bytes == Array("flush ;\n".utf8))
    }

    private func shell(_ command: String) -> Int32 {
        unsafe system(command)
    }

    @Test func credentialsAreReadAsHexadecimalOrRaw() throws {
        let directory = try TemporaryDirectory()
        for (name, text) in [("hex", "0x3132333435363738\n"), ("raw", "wxyz+pqr"), ("bare", "3132333435363738")] {
            try directory.write(text, to: name)
        }
        let options = ParserOptions(credentials: .directory(CredentialDirectory(path: directory.path)))
        for name in ["hex", "raw", "bare"] {
            let sa = Parsed("add ::1 ::2 esp 256 -E des-cbc @\(name) ;", options).association
            let expected = name == "raw" ? "wxyz+pqr" : "12345678"
            #expect(sa?.encryptionKey == KeyMaterial(expected.utf8), "\(name)")
        }
        let missing = Parsed("add ::1 ::2 esp 256 -E des-cbc @no ;", options)
        #expect(
            missing.headlines == [
                "1:32: error: the credential no cannot be read: no such file; check \(directory.path); "
                    + "a service gets a new credential only when it is restarted"
            ])
        let unread = Parsed("add ::1 ::2 esp 256 -E des-cbc @no ;", ParserOptions(credentials: .unread))
        #expect(unread.association?.encryptionKey == KeyMaterial([UInt8](repeating: 0, count: 8)))
    }

    @Test func aCredentialThatEverybodyMayReadIsWarnedOf() throws {
        let directory = try TemporaryDirectory()
        try directory.write("0123456789abcdef0123456789abcdef", to: "key")
        let options = ParserOptions(credentials: .directory(CredentialDirectory(path: directory.path)), warns: true)
        func isWarnedOf(directory mode: String, file: String) throws -> Bool {
            try #require(shell("chmod \(mode) \(directory.path); chmod \(file) \(directory.path)/key") == 0)
            let parsed = Parsed("add ::1 ::2 ah 256 -A hmac-md5 @key ;", options)
            #expect(parsed.kinds.count == 1)
            let warning = "1:32: warning: the credential key is in a world-readable file"
            return parsed.headlines.contains { $0.hasPrefix(warning) }
        }
        #expect(try isWarnedOf(directory: "755", file: "644"))
        #expect(try !isWarnedOf(directory: "755", file: "640"))
        #expect(try !isWarnedOf(directory: "700", file: "644"))
    }
}
