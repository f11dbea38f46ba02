import ControlProtocol
import Glibc
import InterfaceSchema
import Testing

@testable import SetkeyClient

/// What comes of another end, and what is printed of it.
@Suite struct OtherEndTests {
    private static let patience = Duration.milliseconds(30)

    /// A program that is there, and answers nothing.
    @Test(.timeLimit(.minutes(1))) func aProgramThatSaysNothingIsNotWaitedForWithoutEnd() throws {
        let reading = EndReading(name: "gw2", nonce: DigestNonce())
        let command = ["/bin/sh", "-c", "echo 'Last login' >&2; exec sleep 86400"]
        let failure = try #require(throws: ClientFailure.self) {
            _ = try RemoteEnd.read("gw2", command, reading, patience: Self.patience)
        }
        #expect(failure.status == .unreachable)
        let lines = failure.message.split(separator: "\n")
        #expect(lines.first == "gw2: no answer for 1 s", "\(failure.message)")
    }

    /// It has been made to end, so that its errors end.
    @Test(.timeLimit(.minutes(1))) func aProgramThatIsNotWaitedForEnds() throws {
        let program = try RemoteProgram(["/bin/sleep", "86400"])
        let socket = ClientSocket(of: program, patience: Self.patience)
        var client = ControlClient(socket, maximumFrame: 4096)
        #expect(throws: ClientError.silent(Self.patience)) { try client.call(.status) }
        #expect(program.isOverdue)
        program.end()
        program.listen(for: .seconds(50))
        #expect(program.isSilent)
    }

    @Test(.timeLimit(.minutes(1))) func aSocketOfNobodyIsNotWaitedForWithoutEnd() throws {
        let path = "/tmp/setkeyd-silent-\(getpid()).sock"
        let address = try #require(UnixAddress(path: path))
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer {
            close(listener)
            unsafe unlink(path)
        }
        #expect(address.bind(listener) == 0 && listen(listener, 1) == 0)
        var client = try ControlClient(path: path, patience: Self.patience)
        #expect(throws: ClientError.silent(Self.patience)) { try client.call(.status) }
    }

    /// Every word that a difference may have.
    @Test(arguments: EndDifference.Field.allCases) func theSchemaHasWhatMayDiffer(_ field: EndDifference.Field) throws {
        let validator = try SchemaValidator(InterfaceSchema.text)
        let difference = EndDifference(entry: "esp", field: field, here: "a", there: "b")
        let value = try JSONParser.value(JSONDocument.text(difference))
        #expect(validator.faults(of: value, as: "EndDifference").isEmpty)
    }

    @Test func linesOfAnotherMachineAreFewAndPlain() {
        #expect(ForeignText.shownLines("a\u{9b}2J\nb\u{202e}") == "a?2J\nb?")
        let many = String(repeating: String(repeating: "x", count: 900) + "\n", count: 90)
        #expect(ForeignText.shownLines(many).utf8.count < 8 * 210)
    }

    @Test(arguments: [
        ClientError.unknown("org.setkeyd.\u{1b}[31mEvil"), .daemon(.busy(reason: "\u{1b}[31mEvil")),
        .daemon(.permissionDenied(who: "\u{1b}[31mEvil")),
    ])
    func wordsOfAnErrorDoNotMoveACursor(_ error: ClientError) {
        for text in ["\(error)", ClientFailure(error).message] {
            #expect(text.contains("?[31mEvil") && !text.contains("\u{1b}"), "\(text)")
        }
    }

    @Test func theNameOfAnEntryIsWhole() throws {
        let long = "2001:db8:1111:2222:3333:4444:5555:666"
        let policies =
            "spdadd \(long)1/128[65535] \(long)2/128[65535] tcp -P out ipsec esp/transport//require ;\n"
            + "add \(long)1 \(long)2 esp 0x1001 -E null -A hmac-md5 \"1234567890123456\" ;\n"
        let here = try EndComparisonTests.end(policies, name: "here")
        var there = here
        there.associations[0].spi = 0x1002
        there.policies = []
        let text = ComparisonText.text(EndComparison(here: here, there: there))
        #expect(text.contains("esp \(long)1 \(long)2 spi 0x00001001\n"), "\(text)")
        #expect(text.contains("esp \(long)1 \(long)2 spi 0x00001002\n"), "\(text)")
        #expect(text.contains("out \(long)1[65535] \(long)2[65535] "), "\(text)")
    }

    @Test func whatAnotherMachineCallsAThingIsSeenInJSON() throws {
        let here = try EndComparisonTests.end(EndComparisonTests.here, name: "here")
        var there = try EndComparisonTests.end(EndComparisonTests.there, name: "gw2")
        there.associations[0].encryption = "\u{9b}31m\u{202e}\u{7f}"
        let text = JSONDocument.text(ComparisonRecord(EndComparison(here: here, there: there)))
        #expect(text.contains(#""there" : "\u009b31m\u202e\u007f""#), "\(text)")
        #expect(text.utf8.allSatisfy { $0 == 10 || (32..<127).contains($0) })
    }

    @Test func theSchemaHasWhatAComparisonFinds() throws {
        let (here, there) = (
            try EndComparisonTests.end(EndComparisonTests.here, name: "here"),
            try EndComparisonTests.end(
                EndComparisonTests.there.replacing("fedcba9876543210\" -A", with: "fedcba9876543211\" -A"))
        )
        let comparison = EndComparison(here: here, there: there)
        #expect(comparison.differences.count == 1)
        let value = try JSONParser.value(JSONDocument.text(ComparisonRecord(comparison)))
        let validator = try SchemaValidator(InterfaceSchema.text)
        #expect(validator.faults(of: value, as: "Comparison").isEmpty)
    }
}
