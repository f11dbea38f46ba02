import SetkeyCore
import SetkeySyntax
import Testing

@testable import SetkeyDaemon

@Suite struct JournalTests {
    /// A file of the repository.
    private func text(_ path: String, from test: String = #filePath) throws -> String {
        let root = test.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        return String(decoding: try FileSourceReader().read("\(root)/\(path)").bytes, as: UTF8.self)
    }

    @Test func everyKindOfEventHasAnIdentityOfItsOwn() {
        let ids = LogKind.allCases.map(\.messageID)
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy(\.isHexDigit) })
    }

    @Test func theCatalogExplainsEveryKindAndNothingElse() throws {
        let catalog = try text("systemd/setkeyd.catalog")
        let ids = catalog.split(separator: "\n").filter { $0.hasPrefix("-- ") }.map { String($0.dropFirst(3)) }
        #expect(ids.sorted() == LogKind.allCases.map(\.messageID).sorted())
        #expect(catalog.split(separator: "\n").count { $0.hasPrefix("Subject: ") } == ids.count)
        // Fields that the texts speak of are there to be filled in.
        let names = Set(LogField.Name.allCases.map(\.rawValue))
        let named = catalog.split(separator: "@", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        #expect(!named.isEmpty && named.allSatisfy(names.contains), "\(named)")
    }

    @Test func theManualNamesEveryEventAndField() throws {
        let manual = try text("docs/man/setkeyd.8")
        for kind in LogKind.allCases {
            #expect(manual.contains("\n.It \(kind.rawValue) , \(kind.messageID)\n"), "\(kind)")
        }
        for name in LogField.Name.allCases { #expect(manual.contains(name.rawValue), "\(name)") }
    }

    @Test func anEntryIsItsMessageAndItsFields() {
        let entry = LogEntry(
            .warning, "two\nlines", kind: .drift, fields: [LogField(.statement, "a:1:2"), LogField(.reason, "missing")])
        #expect(
            Journal.fields(of: entry) == [
                "MESSAGE=two\nlines", "PRIORITY=4", "SYSLOG_IDENTIFIER=setkeyd",
                "MESSAGE_ID=\(LogKind.drift.messageID)", "SETKEYD_EVENT=drift", "SETKEYD_STATEMENT=a:1:2",
                "SETKEYD_REASON=missing",
            ])
    }
}
