import ControlProtocol
import SetkeyClient
import SetkeySyntax
import TestSupport
import Testing

@Suite struct RunPartitionTests {
    /// Files that are not there, but in a dictionary.
    private struct Files: SourceReader {
        var texts: [String: [UInt8]]

        func read(_ path: String, upTo limit: Int) throws(SourceError) -> SourceFile {
            let number = UInt64(path.utf8.reduce(0) { $0 &* 31 &+ Int($1) }.magnitude)
            return SourceFile(bytes: texts[path] ?? [], identity: SourceIdentity(device: 1, number: number))
        }

        func expand(_ pattern: String) -> [String] { texts.keys.sorted() }

        func isDirectory(_ path: String) -> Bool { true }
    }

    private func partition(
        _ bytes: [UInt8], including texts: [String: [UInt8]] = [:]
    ) -> (parts: [RunPart], sources: [SourceText], statements: [LoadedStatement]) {
        let options = ParserOptions(
            credentials: .lookup { _ throws(CredentialError) in throw CredentialError("none", advice: "") })
        var loader = SourceLoader(
            text: SourceText(name: "main", bytes: bytes), reader: Files(texts: texts), options: options)
        var partition = RunPartition()
        var statements: [LoadedStatement] = []
        while let statement = loader.next() {
            partition.add(statement, sources: loader.sources)
            statements.append(statement)
        }
        partition.finish()
        #expect(loader.errorCount == 0)
        return (partition.parts, loader.sources, statements)
    }

    /// What the daemon would read of the parts, in order.
    private func parse(_ parts: [RunPart], _ sources: [SourceText]) -> [(part: Int, statement: Statement)] {
        var statements: [(Int, Statement)] = []
        for (index, part) in parts.enumerated() {
            var parser = Parser(part.text(from: sources), options: ParserOptions(allowsInclude: false))
            while let statement = parser.next() { statements.append((index, statement)) }
            #expect(parser.errorCount == 0)
        }
        return statements
    }

    @Test func plainTextIsSentAsItStands() {
        let text = "flush ; # all\nspdflush;\n\n  dump esp ;"
        let (parts, sources, _) = partition(Array(text.utf8))
        #expect(parts.count == 1)
        #expect(parts[0].text(from: sources) == Array("\(text)\n".utf8))
        #expect(parts[0].statementCount == 3)
    }

    /// A call may have 64 KiB where the caller may run nothing, and the answer is to say that.
    @Test(arguments: [
        "spdflush;\n", "add ::1 ::2 esp 256 -E des-cbc \"12345678\";\n", "spdadd ::1 ::2 any -P out discard;\n",
    ])
    func aPartFitsIntoACallOfAnybody(_ statement: String) throws {
        let text = String(repeating: statement, count: (200 << 10) / statement.utf8.count)
        let (parts, sources, _) = partition(Array(text.utf8))
        #expect(parts.count > 3)
        for part in parts {
            var frame: [UInt8] = []
            var parameters = ExecuteParameters(text: WireText(part.text(from: sources)))
            parameters.unfinished = true
            parameters.ahead = true
            try Call.execute(parameters).appendFrame(more: true, to: &frame)
            #expect(frame.count <= 64 << 10)
        }
    }

    @Test func includedTextStandsWhereItIsIncluded() {
        let (parts, sources, _) = partition(
            Array("flush; include \"a\"; spdflush;".utf8), including: ["a": Array("dump;".utf8)])
        #expect(parts.count == 1)
        #expect(String(decoding: parts[0].text(from: sources), as: UTF8.self) == "flush;\ndump;\nspdflush;\n")
        #expect(parts[0].origin(of: 8).map { [$0.source, $0.offset] } == [1, 1])
        #expect(parts[0].origin(of: 15).map { [$0.source, $0.offset] } == [0, 22])
    }

    @Test func keyThatIsNotUTF8IsPrintedInHexadecimal() {
        var bytes = Array("flush; add 10.0.0.1 10.0.0.2 esp 256 -E aes-cbc \"".utf8)
        bytes += (0xf0...0xff).map { UInt8($0) }
        bytes += Array("\"; dump;".utf8)
        let (parts, sources, statements) = partition(bytes)
        let text = String(decoding: parts[0].text(from: sources), as: UTF8.self)
        #expect(text.contains("0xf0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"))
        #expect(parse(parts, sources).map(\.statement.kind) == statements.map(\.statement.kind))
    }

    @Test func statementLongerThanAPartIsPrintedAnew() {
        let blanks = String(repeating: " ", count: 2 * RunPartition.partSize)
        let (parts, sources, _) = partition(Array("flush\(blanks)esp; dump;".utf8))
        #expect(parts.reduce(0) { $0 + $1.text(from: sources).count } < 100)
    }

    @Test func nothingIsNoPart() {
        #expect(partition(Array("# nothing\n;;".utf8)).parts.isEmpty)
    }

    @Test(arguments: 0..<8) func partsHoldTheRunAndKnowItsPlaces(round: Int) {
        let seed = UInt64(round) &* 7919 &+ 1
        var random = SplitMix(seed: seed)
        let (text, included) = (randomText(&random, 3000), randomText(&random, 300))
        let main = text + Array("include \"a\";\n".utf8) + randomText(&random, 3000)
        let (parts, sources, statements) = partition(main, including: ["a": included])
        let parsed = parse(parts, sources)
        #expect(parsed.count == statements.count, "seed \(seed)")
        #expect(parts.reduce(0) { $0 + $1.statementCount } == statements.count)
        for (mine, theirs) in zip(statements, parsed) {
            #expect(mine.statement.kind == theirs.statement.kind, "seed \(seed)")
            let place = parts[theirs.part].origin(of: theirs.statement.range.lowerBound)
            #expect(place?.source == mine.source && place?.offset == mine.statement.range.lowerBound, "seed \(seed)")
        }
        #expect(parts.allSatisfy { $0.text(from: sources).count <= RunPartition.partSize })
    }

    /// Statements with comments, blanks and keys of any bytes between and in them.
    private func randomText(_ random: inout SplitMix, _ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in 0..<count {
            bytes += Array("add 10.0.0.1 10.0.0.2 esp \(256 + number) -E aes-cbc \"".utf8)
            for _ in 0..<16 {
                let isPlain = number % 50 != 0
                var byte = UInt8.random(in: isPlain ? 35...126 : 1...255, using: &random)
                if byte == UInt8(ascii: "\"") { byte += 1 }
                bytes.append(byte)
            }
            bytes += Array("\";".utf8)
            bytes += Array(["", "\n", " # comment; é\n", ";;\r\n\t"].randomElement(using: &random, or: "").utf8)
        }
        return bytes
    }
}

extension Array {
    fileprivate func randomElement(using random: inout SplitMix, or other: Element) -> Element {
        isEmpty ? other : self[Int.random(in: 0..<count, using: &random)]
    }
}
