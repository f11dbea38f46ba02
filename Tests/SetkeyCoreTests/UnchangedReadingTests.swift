import IPsec
import SetkeySyntax
import Testing

@testable import SetkeyCore

/// A file that is as it was is not looked at statement by statement, and declares what it declared.
@Suite struct UnchangedReadingTests {
    struct Files: SourceReader {
        struct File { var text: String, mode: UInt32 = 0o600, number: UInt64 }

        var files: [String: File] = [
            "/f/main": File(text: "include \"d*/*\" ; add 192.0.2.1 192.0.2.2 esp 0x1001 -E null ;\n", number: 1),
            "/f/d1/a": File(text: "add 192.0.2.1 192.0.2.2 esp 0x2001 -E null ;\n", number: 2),
            "/f/d1/b": File(text: "add 192.0.2.1 192.0.2.2 esp 0x3001 -E null ;\n", number: 3),
        ]
        var directories: Set<String> = ["/f/d1"]

        func read(_ path: String, upTo limit: Int) throws(SourceError) -> SourceFile {
            guard let file = files[path], file.text.utf8.count <= limit else {
                throw SourceError(path: path, reason: .missing)
            }
            return SourceFile(
                bytes: Array(file.text.utf8), identity: SourceIdentity(device: 0, number: file.number),
                access: SourceAccess(owner: 0, group: 0, mode: file.mode))
        }

        func expand(_ pattern: String) -> [String] {
            pattern.hasSuffix("/*")
                ? files.keys.filter { $0.hasPrefix("/f/d") }.sorted() : directories.sorted()
        }

        func isDirectory(_ path: String) -> Bool { directories.contains(path) }
    }

    /// - Returns: how many statements were looked at, and what came of it.
    private static func read(
        _ files: Files, _ former: inout FormerReading, _ options: ParserOptions = ParserOptions(),
        objections: [String] = []
    ) -> (count: Int, configuration: Configuration) {
        var reading = ConfigurationReading(
            path: "/f/main", isDefault: false, reader: files, options: options, reusing: former)
        var count = 0
        while reading.next() != nil { count += 1 }
        #expect(reading.sources.count == reading.accesses.count)
        return (count, reading.finish(objections: objections, at: RuleClock(now: 0), keeping: &former))
    }

    private static func spis(_ configuration: Configuration) -> [UInt32] {
        guard case .loaded(let loaded) = configuration else { return [] }
        return loaded.desired.associations.map(\.entry.identity.spi.rawValue)
    }

    @Test func nothingIsLookedAtWhereNothingHasChanged() throws {
        var former = FormerReading()
        let files = Files()
        let first = Self.read(files, &former)
        #expect(first.count == 3)
        for _ in 0..<2 {
            let again = Self.read(files, &former)
            #expect(again.count == 0)
            #expect(Self.spis(again.configuration) == Self.spis(first.configuration))
            guard case .loaded(let then) = first.configuration, case .loaded(let now) = again.configuration else {
                Issue.record("not loaded")
                return
            }
            #expect(now.fingerprint == then.fingerprint)
            #expect(now.warnings == then.warnings && now.notes == then.notes)
            let origin = try #require(now.desired.associations.last?.origin)
            #expect(now.locate(origin) == then.locate(origin))
        }
        #expect(Self.spis(first.configuration) == [0x2001, 0x3001, 0x1001])
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// How many statements there are then.
        let count: Int
        let make: @Sendable (inout Files) -> Void

        init(_ name: String, _ count: Int, _ make: @escaping @Sendable (inout Files) -> Void) {
            (testDescription, self.count, self.make) = (name, count, make)
        }
    }

    static let changes = [
        Change("a text", 3) { $0.files["/f/d1/b"]?.text = "add 192.0.2.1 192.0.2.2 esp 0x3002 -E null ;\n" },
        Change("the main text", 3) { $0.files["/f/main"]?.text += "# more\n" },
        Change("a longer text", 4) { $0.files["/f/d1/a"]?.text += "add 192.0.2.1 192.0.2.2 esp 0x2002 -E null ;\n" },
        Change("another file", 3) { $0.files["/f/d1/c"] = .init(text: "", number: 4) },
        Change("a file less", 2) { $0.files["/f/d1/b"] = nil },
        Change("somebody's rights", 3) { $0.files["/f/d1/a"]?.mode = 0o644 },
        Change("the file behind a name", 3) { $0.files["/f/d1/a"]?.number = 9 },
        Change("another directory", 3) { $0.directories.insert("/f/d2") },
        Change("a directory less", 3) { $0.directories = [] },
    ]

    @Test(arguments: changes)
    func whateverHasChangedIsLookedAt(_ change: Change) {
        var former = FormerReading()
        var files = Files()
        _ = Self.read(files, &former)
        change.make(&files)
        let changed = Self.read(files, &former)
        #expect(changed.count == change.count)
        var fresh = FormerReading()
        #expect(Self.spis(changed.configuration) == Self.spis(Self.read(files, &fresh).configuration))
        #expect(Self.read(files, &former).count == 0)
    }

    @Test func anotherInterfaceReadsItAnew() {
        var former = FormerReading()
        _ = Self.read(Files(), &former)
        #expect(Self.read(Files(), &former, ParserOptions(traits: .xfrm)).count == 3)
    }

    @Test func credentialsAreReadEachTime() {
        var former = FormerReading()
        var files = Files()
        files.files["/f/d1/b"]?.text = "add 192.0.2.1 192.0.2.2 esp 0x3001 -E aes-cbc @key ;\n"
        let options = ParserOptions(credentials: .unread)
        #expect(Self.read(files, &former, options).count == 3)
        #expect(Self.read(files, &former, options).count == 3)
    }

    @Test func anErrorBetweenLeavesWhatWasGood() {
        var former = FormerReading()
        let good = Files()
        let spis = Self.spis(Self.read(good, &former).configuration)
        var bad = good
        bad.files["/f/d1/a"]?.text = "nonsense ;\n"
        guard case .invalid = Self.read(bad, &former).configuration else {
            Issue.record("valid")
            return
        }
        let again = Self.read(good, &former)
        #expect(again.count == 0)
        #expect(Self.spis(again.configuration) == spis)
    }

    @Test func whatSpeaksAgainstTheFilesStillDoes() {
        var former = FormerReading()
        _ = Self.read(Files(), &former)
        guard case .invalid(let messages) = Self.read(Files(), &former, objections: ["no"]).configuration else {
            Issue.record("valid")
            return
        }
        #expect(messages.first == "no")
    }
}

/// What a copy of a declared state is worth to a plan.
@Suite struct DeclaredCopyTests {
    private static func state(_ text: String) -> DesiredState {
        var parser = Parser(Array(text.utf8), options: ParserOptions())
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        return evaluation.finish()
    }

    private static let text = "add 192.0.2.1 192.0.2.2 esp 0x1001 -E null ;"

    @Test func aCopyIsOneUntilItIsChanged() throws {
        let state = Self.state(Self.text)
        let copy = state
        #expect(copy.associations.isCopy(of: state.associations))
        #expect(!Self.state(Self.text).associations.isCopy(of: state.associations))
        let other = try #require(Self.state("add 192.0.2.1 192.0.2.2 esp 0x1002 -E null ;").associations.first)
        let more = state.adding([other.entry], [])
        #expect(!more.associations.isCopy(of: state.associations))
        #expect(more.associations.count == 2 && state.associations.count == 1)
    }
}
