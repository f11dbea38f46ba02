import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

struct UndoLogTests {
    private static let entries = """
        add 1.1.1.1 2.2.2.2 ah 300 -A hmac-md5 "0123456789abcdef" ;
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
            log.note(request, answer: answer, former: former)
        }
        var phrases: [String] = []
        while let request = log.next() { phrases.append(request.phrase) }
        #expect(log.isEmpty)
        return phrases
    }

    @Test func aFlushIsUndoneOldestFirst() {
        #expect(
            Self.undoing([(.flush(nil), .flushed(nil)), (.flushPolicies, .policiesFlushed)]) == [
                "spdadd out 1.1.1.1[any] 2.2.2.2[any] any", "spdadd out 1.1.1.1[any] 2.2.2.3[any] any",
                "add ah 2.2.2.2 spi 0x12c",
                "add esp 2.2.2.2 spi 0x12d", "add esp 2.2.2.2 spi 0x12e",
            ])
    }

    @Test func aFlushOfOneProtocolBringsBackThatAlone() {
        #expect(
            Self.undoing([(.flush(.esp), .flushed(.esp))]) == [
                "add esp 2.2.2.2 spi 0x12d", "add esp 2.2.2.2 spi 0x12e",
            ])
    }

    @Test func whatComesAfterAFlushGoesBeforeItComesBack() throws {
        let association = try Self.association(spi: 400)
        #expect(
            Self.undoing([
                (.flush(.ah), .flushed(.ah)), (.add(association), .association(.added, association)),
                (.flush(.esp), .flushed(.esp)),
            ]) == [
                "add esp 2.2.2.2 spi 0x12d", "add esp 2.2.2.2 spi 0x12e", "add esp 4.4.4.4 spi 0x190",
                "delete esp 4.4.4.4 spi 0x190", "add ah 2.2.2.2 spi 0x12c",
            ])
    }

    /// The kernel has said that it was done, and not what it was.
    @Test func aDeletionThatWasNotToldIsUndoneWithWhatIsKnown() throws {
        let known = try Self.association(spi: 302)
        let name = SecurityAssociation(identity: known.identity, source: known.source)
        let request = KernelRequest.delete(known.reference)
        for answer in [KernelEvent.Content.association(.deleted, name), .refused(.noSuchProcess)] {
            var log = UndoLog()
            log.note(request, answer: answer, former: .association(known))
            guard case .add(let restored)? = log.next() else {
                Issue.record("not restored: \(answer)")
                continue
            }
            #expect(restored == known)
            // And not with a name alone.
            log.note(request, answer: answer, former: .none)
            #expect(log.isEmpty)
        }
    }

    @Test func manyStepsAreUndoneLastFirst() throws {
        let spis = 1000..<3000
        var log = UndoLog()
        for spi in spis {
            let association = try Self.association(spi: spi)
            log.note(.add(association), answer: .association(.added, association), former: .none)
        }
        #expect(log.size == spis.count)
        for spi in spis.reversed() {
            let association = try Self.association(spi: spi)
            #expect(log.next()?.phrase == KernelRequest.delete(association.reference).phrase)
        }
        #expect(log.isEmpty)
        #expect(log.next()?.phrase == nil)
    }

    private static func association(spi: Int) throws -> SecurityAssociation {
        let statement = ForeignProgram.statements("add 3.3.3.3 4.4.4.4 esp \(spi) -E null ;").first
        guard case .add(let association) = try #require(statement).kind else { throw NotAnAssociation() }
        return association
    }

    private struct NotAnAssociation: Error {}
}
