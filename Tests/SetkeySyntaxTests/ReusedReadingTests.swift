import IPsec
import SetkeySyntax
import TestSupport
import Testing

/// Files of any bytes in a dictionary; a glob is a prefix and a `*`.
private struct BytesReader: SourceReader {
    var files: [String: [UInt8]]

    func read(_ path: String, upTo limit: Int) throws(SourceError) -> SourceFile {
        guard let bytes = files[path] else { throw SourceError(path: path, reason: .missing) }
        let number = UInt64(files.keys.sorted().firstIndex(of: path) ?? 0)
        return SourceFile(bytes: bytes, identity: SourceIdentity(device: 0, number: number))
    }

    func expand(_ pattern: String) -> [String] {
        files.keys.filter { $0.hasPrefix(pattern.prefix { $0 != "*" }) }.sorted()
    }

    func isDirectory(_ path: String) -> Bool { true }
}

/// All that a loader gives.
private struct Reading: Equatable {
    var statements: [Statement] = []
    var origins: [StatementOrigin] = []
    let sources: [String]
    let texts: [[UInt8]]
    let diagnostics: [Diagnostic]
    let rendered: [String]
    let counts: [Int]

    init<Reader>(_ loader: inout SourceLoader<Reader>) {
        while let loaded = loader.next() {
            statements.append(loaded.statement)
            origins.append(loaded.origin)
        }
        let sources = loader.sources
        self.sources = sources.map(\.name)
        texts = sources.map(\.bytes)
        diagnostics = loader.diagnostics.map(\.diagnostic)
        rendered = loader.diagnostics.map { sources[$0.source].render($0.diagnostic) }
        counts = [loader.errorCount, loader.warningCount]
    }
}

/// A text as somebody writes it, and as it becomes when somebody edits it.
private struct TextGenerator {
    var statements: StatementGenerator

    mutating func below(_ bound: Int) -> Int { Int(statements.below(UInt64(bound))) }

    mutating func piece() -> String {
        switch below(40) {
        case 0, 1: "# don't \"say; this é"
        case 2, 3: "add ::1 ::2 esp 300 -E des-cbc \"ab\ncd;#x\" ;"
        case 4: "add ::1 ::2 esp 301 -E des-cbc @key ;"
        case 5, 6, 7: "add ::1 ::2 esp 302 -E simple -A hmac-sha256 \"1234567890123456789012345678901#\" ;"
        case 8, 9: "spdadd 10.0.0.1/8[any] 10.0.0.2/9 any -P out ipsec ah/transport/::1-::2/use;"
        case 10: "include \"d/*\" ;"
        case 11: "include /b ;"
        case 12: below(4) > 0 ? "flush ah;" : ["quit;", "quit"][below(2)]
        case 13: below(8) > 0 ? "dump;" : ["nonsense;", "flush", "é;", "\"", "\u{0}", "include nothing;"][below(6)]
        default: statements.statement().text(showKeys: true)
        }
    }

    mutating func text(_ count: Int) -> [UInt8] {
        var text = below(6) == 0 ? "\u{feff}" : ""
        for _ in 0..<count {
            text += piece()
            text += ["\n", "\n", "\n", "\r\n", " \t\n\n", "\n    ", "\n#;\n", "\n# é @ home\r\n"][below(8)]
        }
        return Array(text.utf8)
    }

    mutating func edit(_ text: inout [UInt8]) {
        let index = below(text.count + 1)
        let end = min(text.count, index + below(below(4) == 0 ? 400 : 12))
        let behind = text[index...].firstIndex(of: UInt8(ascii: ";")).map { $0 + 1 } ?? text.count
        switch below(12) {
        case 0: text.insert([34, 35, 59, 64, 91, 44, 0, 10, 13, 32, 0xc3, 0x31][below(12)], at: index)
        case 1: if index < text.count { text[index] = UInt8(below(256)) }
        case 2: text.removeSubrange(index..<end)
        case 3: text.insert(contentsOf: text[index..<end], at: below(text.count + 1))
        case 4: text.removeSubrange(index..<behind)
        case 5, 6: text.insert(contentsOf: Array(" \(piece())\n".utf8), at: behind)
        case 7: text = below(2) == 0 ? [0xef, 0xbb, 0xbf] + text : Array(text.dropFirst(3))
        case 8: text.insert(contentsOf: Array("# \n".utf8), at: below(2) == 0 ? index : behind)
        case 9: if index < 40 { text.removeSubrange(index...) }
        // Where one statement ends and the next begins a byte decides.
        case 10: if behind < text.count { text[behind] = [34, 35, 44, 0, 32, 0x78][below(6)] }
        default: if behind < text.count { text.remove(at: behind) }
        }
    }
}

struct ReusedReadingTests {
    private func credentials(_ key: String?) -> Credentials {
        .lookup { _ throws(CredentialError) in
            guard let key else { throw CredentialError("there is none", advice: "make one") }
            return KeyMaterial(key.utf8)
        }
    }

    @Test(arguments: [1, 2, 6_310_696_979_212_180_031, UInt64.random(in: 3 ... .max)])
    func aReadingThatReusesAnotherGivesWhatAFreshOneGives(_ seed: UInt64) {
        var random = TextGenerator(statements: StatementGenerator(random: SplitMix(seed: seed)))
        var reused = 0
        var all = 0
        for chain in 0..<40 {
            var files = ["/a": random.text(1 + random.below(30)), "/b": random.text(random.below(6))]
            files["/d/1"] = random.text(random.below(6))
            files["/d/2"] = random.text(random.below(2))
            let good = files
            var options = ParserOptions(warns: true)
            var former = ReadSources()
            for step in 0..<8 {
                options.diagnosticLimit = [0, 1, 3, 100, 100][random.below(5)]
                options.credentials = credentials([nil, "12345678", "stuvwxyz", "stuvwxyz"][random.below(4)])
                options.warns = random.below(12) > 0
                var fresh = SourceLoader(path: "/a", reader: BytesReader(files: files), options: options)
                var loader = SourceLoader(
                    path: "/a", reader: BytesReader(files: files), options: options, reusing: former)
                let expected = Reading(&fresh)
                #expect(Reading(&loader) == expected, "seed \(seed) chain \(chain) step \(step)")
                #expect(fresh.readSources == nil && fresh.reusedCount == 0)
                former = loader.readSources ?? ReadSources()
                reused += loader.reusedCount
                all += expected.statements.count
                if random.below(6) == 0 { files = good }
                let paths = files.keys.sorted()
                for _ in 0..<random.below(4) { random.edit(&files[paths[random.below(3)], default: []]) }
                files["/d/3"] = random.below(3) == 0 ? random.text(2) : nil
            }
        }
        // Far less than of files that people edit, and enough to show that the comparison was one.
        #expect(reused > all / 10, "seed \(seed): \(reused) of \(all)")
    }

    // MARK: How much is reused

    /// A thousand statements, the last with a tail.
    private func lines(_ edit: (inout [String]) -> Void = { _ in }) -> [UInt8] {
        var lines = (256..<1256).map { "add ::1 ::2 esp \($0) -E aes-cbc \"1234567890123456\" -A hmac-sha1 0x\(key) ;" }
        edit(&lines)
        return Array((lines.joined(separator: "\n") + "\n# end").utf8)
    }

    private var key: String { String(repeating: "ab", count: 20) }

    private func read(_ bytes: [UInt8], _ options: ParserOptions = ParserOptions(), reusing former: ReadSources)
        -> (count: Int, parsed: Int, read: ReadSources)
    {
        var loader = SourceLoader(
            path: "/a", reader: BytesReader(files: ["/a": bytes]), options: options, reusing: former)
        let reading = Reading(&loader)
        let count = reading.statements.count
        return (count, count - loader.reusedCount, loader.readSources ?? ReadSources())
    }

    /// How many statements are parsed after an edit.
    private func parsed(after edit: (inout [String]) -> Void) -> Int {
        read(lines(edit), reusing: read(lines(), reusing: ReadSources()).read).parsed
    }

    @Test func onlyWhatWasEditedIsParsed() {
        #expect(read(lines(), reusing: ReadSources()).parsed == 1000)
        #expect(parsed { _ in } == 0)
        #expect(parsed { $0[500] = "add ::1 ::3 esp 756 -E null ;" } == 1)
        #expect(parsed { $0[500] += " # what is said here belongs to the next" } <= 1)
        #expect(parsed { $0.insert("flush ; spdflush ;", at: 500) } == 2)
        #expect(parsed { $0.remove(at: 500) } <= 1)
        #expect(parsed { $0.removeSubrange(100..<900) } <= 1)
        #expect(parsed { $0.append("flush ;") } == 1)
        #expect(parsed { $0.insert("flush ;", at: 0) } <= 2)
        // Which of many equal lines are new, nobody can tell.
        #expect(parsed { lines in lines.insert(contentsOf: lines[400..<600], at: 600) } <= 201)
    }

    @Test func aSourceWithAnErrorLeavesTheFormerReadingOfIt() {
        let first = read(lines(), reusing: ReadSources())
        let second = read(lines { $0[10] = "nonsense ;" }, reusing: first.read)
        #expect(second.count == 999)
        #expect(second.parsed <= 1)
        #expect(read(lines(), reusing: second.read).parsed == 0)
    }

    @Test func otherOptionsReuseNothing() {
        let first = read(lines(), reusing: ReadSources())
        let table = Array("smtp 25/tcp\n".utf8)
        for options in [
            ParserOptions(protocolNames: ProtocolNames(parsing: Array("x 99\n".utf8))),
            ParserOptions(serviceNames: ServiceNames(parsing: table)), ParserOptions(traits: .xfrm),
            ParserOptions(allowsInclude: false), ParserOptions(warns: true),
        ] {
            let second = read(lines(), options, reusing: first.read)
            #expect(second.parsed == 1000)
            #expect(read(lines(), options, reusing: second.read).parsed == 0)
        }
        #expect(read(lines(), ParserOptions(serviceNames: ServiceNames(parsing: [])), reusing: first.read).parsed == 0)
        #expect(ServiceNames(parsing: table) == ServiceNames(parsing: table))
    }

    @Test func credentialsAndTheWarningsThatAreShownAreParsedAgain() {
        let text = lines { $0[3] = "add ::1 ::2 esp 9999 -E des-cbc @key -A hmac-sha1 0x\(key) ;" }
        let options = ParserOptions(credentials: .unread)
        #expect(read(text, options, reusing: read(text, options, reusing: ReadSources()).read).parsed == 1)
        let many = lines { $0 = $0.map { $0.replacing("-E", with: "-f nocyclic-seq -E") } }
        let few = ParserOptions(diagnosticLimit: 7)
        #expect(read(many, few, reusing: read(many, few, reusing: ReadSources()).read).parsed == 7)
    }

    /// The text behind an error was digested once more with each statement.
    @Test func timeGrowsWithTheFileAloneBehindAnError() {
        func time(_ first: String) -> Duration {
            let text = first + (0..<6000).map { "add ::1 ::2 esp \(256 + $0) -E null ;\n" }.joined()
            return processorTime { #expect(read(Array(text.utf8), reusing: ReadSources()).count >= 6000) }
        }
        let good = (0..<3).map { _ in time("flush ;\n") }.min() ?? .zero
        let bad = (0..<3).map { _ in time("add ::1 ;\n") }.min() ?? .zero
        #expect(bad < good * 5 + .milliseconds(50))
    }
}
