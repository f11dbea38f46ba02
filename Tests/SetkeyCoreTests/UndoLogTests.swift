import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

struct UndoLogTests {
    private static let entries = """
        add 1.1.1.1 2.2.2.2 ah 300 -A null ;
        add 1.1.1.1 2.2.2.2 esp 301 -E null ;
        add 1.1.1.1 2.2.2.2 esp 302 -E null ;
        spdadd 1.1.1.1 2.2.2.2 any -P out none ;
        spdadd 1.1.1.1 2.2.2.3 any -P out none ;
        """

    /// A mirror of ``entries``, the first of them the oldest.
    private static func mirror() -> Mirror {
        var mirror = Mirror()
        for statement in ForeignProgram.statements(entries) {
            switch statement.kind {
            case .add(let association): _ = mirror.apply(.association(.added, association))
            case .addPolicy(let policy): _ = mirror.apply(.policy(.added, policy))
            default: Issue.record("not an entry: \(statement.kind)")
            }
        }
        return mirror
    }

    /// What a log asks for after the requests, and after the mirror has followed them.
    private static func undoing(_ steps: [(KernelRequest, KernelEvent.Content)]) -> [String] {
        var mirror = mirror()
        var log = UndoLog()
        for (request, answer) in steps {
            let former = FormerEntries(touchedBy: request, in: mirror)
            _ = mirror.apply(answer)
            log.record(request, answer: answer, former: former)
        }
        var phrases: [String] = []
        while let request = log.next() { phrases.append(request.phrase) }
        #expect(log.isEmpty)
        return phrases
    }

    @Test func aFlushIsUndoneOldestFirst() {
        #expect(
            Self.undoing([(.flush(nil), .flushed(nil)), (.flushPolicies, .policiesFlushed)]) == [
                "spdadd 1.1.1.1 2.2.2.2 any -P out", "spdadd 1.1.1.1 2.2.2.3 any -P out", "add 1.1.1.1 2.2.2.2 ah 300",
                "add 1.1.1.1 2.2.2.2 esp 301", "add 1.1.1.1 2.2.2.2 esp 302",
            ])
    }

    @Test func aFlushOfOneProtocolBringsBackThatAlone() {
        #expect(
            Self.undoing([(.flush(.esp), .flushed(.esp))]) == [
                "add 1.1.1.1 2.2.2.2 esp 301", "add 1.1.1.1 2.2.2.2 esp 302",
            ])
    }

    @Test func whatComesAfterAFlushGoesBeforeItComesBack() throws {
        let statement = try #require(ForeignProgram.statements("add 3.3.3.3 4.4.4.4 esp 400 -E null ;").first)
        guard case .add(let association) = statement.kind else { return Issue.record("not an SA") }
        #expect(
            Self.undoing([
                (.flush(.ah), .flushed(.ah)), (.add(association), .association(.added, association)),
                (.flush(.esp), .flushed(.esp)),
            ]) == [
                "add 1.1.1.1 2.2.2.2 esp 301", "add 1.1.1.1 2.2.2.2 esp 302", "add 3.3.3.3 4.4.4.4 esp 400",
                "delete 3.3.3.3 4.4.4.4 esp 400", "add 1.1.1.1 2.2.2.2 ah 300",
            ])
    }

    @Test func manyStepsAreUndoneLastFirst() throws {
        let count: UInt32 = 2000
        let first = try #require(ForeignProgram.statements("add 3.3.3.3 4.4.4.4 esp 1000 -E null ;").first)
        guard case .add(let association) = first.kind else { return Issue.record("not an SA") }
        var log = UndoLog()
        for offset in 0..<count {
            var association = association
            association.identity.spi = SPI(rawValue: 1000 + offset)
            log.record(.add(association), answer: .association(.added, association), former: .none)
        }
        #expect(log.size == Int(count))
        for offset in (0..<count).reversed() {
            guard case .delete(let reference) = log.next() else { return Issue.record("not a deletion") }
            #expect(reference.identity.spi.rawValue == 1000 + offset)
        }
        #expect(log.isEmpty)
        #expect(log.next() == nil)
    }
}
