import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What is saved of declarations that hold for a time.
@Suite struct SavedTimesTests {
    private static func at(_ seconds: Int) -> String { "\(CalendarTime(1_000_000 + seconds))" }

    /// What is loaded in place of the file ends when the file's would have ended.
    @Test(arguments: [true, false]) func whatEndsEndsInWhatIsSaved(isOwnedOnly: Bool) throws {
        let times = "-from \(Self.at(-50)) -until \(Self.at(200))"
        let file = """
            add 192.0.2.1 192.0.2.2 esp 0x1002 -r 0 -E null ;
            add 192.0.2.1 192.0.2.2 esp 0x1001 -r 0 \(times) -E null ;
            spdadd 10.1.0.0/16 10.2.0.0/16 any -until \(Self.at(200)) -P out discard ;

            """
        let later = """
            add 192.0.2.1 192.0.2.2 esp 0x1001 -r 0 -from \(Self.at(200)) -E null ;
            add 192.0.2.1 192.0.2.2 esp 0x1003 -r 0 -from \(Self.at(100)) -E null ;

            """
        var machine = Machine.started(on: .xfrm, file: file + later)
        let saved = SavedStatementsTests.save(&machine, owned: isOwnedOnly)
        let comments = saved.split(separator: "\n").filter { $0.hasPrefix("#") }
        #expect(comments.count { $0.contains("setkey -f takes none") } == 2, "\(saved)")
        let remark = "# left out: 2 SAs that setkeyd's file declares for later"
        #expect(comments.contains { $0.hasPrefix(remark) }, "\(saved)")
        let statements = saved.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(statements == file.split(separator: "\n"), "\(saved)")
        machine.file = saved
        let writes = machine.writes.count
        machine.post(.reloadRequested)
        #expect(machine.writes.count == writes)
        machine.pass(to: 1_000_200)
        #expect(machine.contents.associations.map(\.identity.spi.rawValue) == [0x1002])
        #expect(machine.contents.policies.isEmpty)
    }

    @Test func whereNothingIsSaidOfTimesNothingIsSaidOfThem() {
        var machine = Machine.started(on: .xfrm, file: "add 192.0.2.1 192.0.2.2 esp 0x1002 -r 0 -E null ;\n")
        #expect(!SavedStatementsTests.save(&machine).contains("#"))
    }

    /// What is left in the kernel may end by a file that was not applied.
    @Test func aDoubtedClockIsTold() {
        var machine = Machine(
            on: .xfrm, file: "add 192.0.2.1 192.0.2.2 esp 0x1001 -r 0 -until \(Self.at(200)) -E null ;\n")
        machine.fileWrittenAt = 1_000_000
        machine.start()
        machine.clockError = -900_000
        machine.restart()
        let saved = SavedStatementsTests.save(&machine, owned: true)
        #expect(saved.hasPrefix("# setkeyd does not believe the clock"), "\(saved)")
        #expect(saved.contains("\nadd 192.0.2.1 192.0.2.2 esp 0x1001 -r 0 -E null ;\n"), "\(saved)")
    }
}
