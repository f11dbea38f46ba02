import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// The mirror follows events and dumps.
struct MirrorTests {
    private struct NotAnEntry: Error {}

    private static func association(_ spi: Int, _ options: String = "") throws -> SecurityAssociation {
        let text = "add 192.0.2.1 192.0.2.2 esp \(spi) \(options) -E null ;"
        guard case .add(let association)? = ForeignProgram.statements(text).first?.kind else { throw NotAnEntry() }
        return association
    }

    /// A mirror with SAs of these numbers, the last one the newest.
    private static func mirror(_ numbers: Int...) throws -> Mirror {
        var mirror = Mirror()
        for number in numbers { _ = mirror.apply(.association(.added, try association(number))) }
        return mirror
    }

    private static func numbers(_ mirror: Mirror) -> [UInt32] {
        var numbers: [UInt32] = []
        mirror.associations.forEach { numbers.append($0.identity.spi.rawValue) }
        return numbers
    }

    /// The kernel tells of it with each packet, and nothing has become another.
    @Test func aMappingAsksForNothing() throws {
        var mirror = try Self.mirror(300)
        let marked = try Self.association(301)
        mirror.associations.masks.note(Mark(value: 1, mask: 1))
        for association in [try Self.association(300), marked] {
            let content = KernelEvent.Content.newMapping(
                association.identity, NATTraversal(sourcePort: 4500, destinationPort: 1024))
            guard case .nothing = mirror.apply(content) else {
                Issue.record("something is asked for")
                continue
            }
        }
    }

    @Test func newsOfADumpsTimeWinOverItsRecords() throws {
        var mirror = try Self.mirror(300, 301)
        let (gone, other) = (try Self.association(300), try Self.association(301))
        mirror.beginDump(of: .associations)
        _ = mirror.apply(.association(.deleted, gone))
        _ = mirror.apply(.association(.added, try Self.association(302)))
        // The kernel had noted these before.
        _ = mirror.apply(.dumped(gone, isLast: false))
        _ = mirror.apply(.dumped(other, isLast: true))
        let end = mirror.endDump(of: .associations, isComplete: true)
        #expect(end.isComplete && end.corrections == 0)
        #expect(Self.numbers(mirror) == [302, 301])
    }

    /// Where no states are told, an update tells what was asked for, and nothing of what the SA is.
    @Test(arguments: [true, false]) func anUpdateIsTakenForTheSAOnlyWhereItsStateIsTold(_ tellsStates: Bool) throws {
        var mirror = Mirror(tellsStates: tellsStates)
        _ = mirror.apply(.association(.added, try Self.association(300)))
        let wanted = try Self.association(300, "-u 7")
        let followUp = mirror.apply(.association(.updated, wanted))
        #expect(mirror.associations[wanted.identity]?.reqID.rawValue == (tellsStates ? 7 : 0))
        if case .get = followUp { #expect(!tellsStates) } else { #expect(tellsStates) }
    }

    /// Where the kernel does not say that an SA is dying, what an event has said stays, until the SA is renewed.
    @Test func aStateThatIsNotToldIsRemembered() throws {
        var mirror = Mirror(tellsStates: false)
        let limited = try Self.association(300, "-ls 5 -lh 10")
        _ = mirror.apply(.association(.added, limited))
        var dying = limited
        dying.state = .dying
        _ = mirror.apply(.expired(dying, .soft))
        mirror.beginDump(of: .associations)
        _ = mirror.apply(.dumped(limited, isLast: true))
        _ = mirror.endDump(of: .associations, isComplete: true)
        #expect(mirror.associations[limited.identity]?.state == .dying)
        _ = mirror.apply(.association(.got, limited))
        #expect(mirror.associations[limited.identity]?.state == .dying)
        // Another SA under the same name has a life of its own.
        var later = limited
        later.current.addTime = 1
        _ = mirror.apply(.association(.got, later))
        #expect(mirror.associations[limited.identity]?.state == .mature)
        // An update renews it.
        dying.current.addTime = 1
        _ = mirror.apply(.expired(dying, .soft))
        var asked = later
        asked.state = .larval
        guard case .get = mirror.apply(.association(.updated, asked)) else {
            Issue.record("it is not read again")
            return
        }
        _ = mirror.apply(.association(.got, later))
        #expect(mirror.associations[limited.identity]?.state == .mature)
    }

    /// Where it does say so, what it says is believed.
    @Test func aStateThatIsToldIsBelieved() throws {
        var mirror = Mirror()
        let limited = try Self.association(300, "-ls 5 -lh 10")
        var dying = limited
        dying.state = .dying
        _ = mirror.apply(.association(.added, dying))
        _ = mirror.apply(.association(.got, limited))
        #expect(mirror.associations[limited.identity]?.state == .mature)
    }

    @Test func aDumpPutsRightWhatIsWrong() throws {
        var mirror = try Self.mirror(300, 301)
        let limited = try Self.association(302, "-lh 10")
        _ = mirror.apply(.association(.added, limited))
        mirror.beginDump(of: .associations)
        _ = mirror.apply(.dumped(try Self.association(300), isLast: false))
        _ = mirror.apply(.dumped(try Self.association(303), isLast: true))
        let end = mirror.endDump(of: .associations, isComplete: true)
        #expect(end.corrections == 3)
        #expect(end.outlived.associations.map(\.identity) == [limited.identity])
        #expect(Set(Self.numbers(mirror)) == [300, 303])
    }

    @Test func whatAnIncompleteDumpDoesNotTellStays() throws {
        var mirror = try Self.mirror(300, 301)
        mirror.beginDump(of: .associations)
        _ = mirror.apply(.dumped(try Self.association(300), isLast: false))
        #expect(!mirror.endDump(of: .associations, isComplete: false).isComplete)
        #expect(Self.numbers(mirror) == [301, 300])
    }

    /// With very many entries it takes several turns of the loop, and the kernel tells of others meanwhile.
    @Test func newsWinOverTheEndOfADumpAsWell() throws {
        var mirror = try Self.mirror(300, 301, 302, 303)
        mirror.beginDump(of: .associations)
        _ = mirror.apply(.dumped(try Self.association(300), isLast: true))
        var outlived = OutlivedEntries(associations: [], policies: [])
        guard case .goesOn = mirror.endDump(of: .associations, isComplete: true, 1, outlived: &outlived) else {
            Issue.record("over at once")
            return
        }
        #expect(Self.numbers(mirror) == [302, 301, 300])
        _ = mirror.apply(.association(.deleted, try Self.association(302)))
        _ = mirror.apply(.association(.added, try Self.association(301)))
        _ = mirror.apply(.association(.added, try Self.association(304)))
        #expect(mirror.endDump(of: .associations, isComplete: true).corrections == 1)
        #expect(Self.numbers(mirror) == [304, 301, 300])
    }

    @Test func aFlushDuringTheEndOfADumpMakesItWorthless() throws {
        var mirror = try Self.mirror(300, 301, 302)
        mirror.beginDump(of: .associations)
        _ = mirror.apply(.dumped(try Self.association(300), isLast: true))
        var outlived = OutlivedEntries(associations: [], policies: [])
        _ = mirror.endDump(of: .associations, isComplete: true, 1, outlived: &outlived)
        _ = mirror.apply(.flushed(.esp))
        _ = mirror.apply(.association(.added, try Self.association(305)))
        #expect(!mirror.endDump(of: .associations, isComplete: true).isComplete)
        #expect(Self.numbers(mirror) == [305])
    }

    @Test func aFlushDuringADumpMakesItWorthless() throws {
        var mirror = try Self.mirror(300)
        mirror.beginDump(of: .associations)
        guard case .free(_, let count) = mirror.apply(.flushed(nil)) else {
            Issue.record("nothing to free")
            return
        }
        #expect(count == 1)
        _ = mirror.apply(.dumped(try Self.association(300), isLast: true))
        #expect(!mirror.endDump(of: .associations, isComplete: true).isComplete)
        #expect(Self.numbers(mirror).isEmpty)
    }

    /// An EXPIRE has no keys, and tells less than is known.
    @Test func aSoftEndTellsStateAndCountersAlone() throws {
        let text = "add 192.0.2.1 192.0.2.2 esp 300 -u 7 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f ;"
        guard case .add(let association)? = ForeignProgram.statements(text).first?.kind else { throw NotAnEntry() }
        var mirror = Mirror()
        _ = mirror.apply(.association(.added, association))
        var expired = SecurityAssociation(identity: association.identity, source: association.source)
        expired.state = .dying
        expired.current.bytes = 99
        _ = mirror.apply(.expired(expired, .soft))
        let present = try #require(mirror.associations[association.identity])
        #expect(present.state == .dying && present.current.bytes == 99)
        #expect(present.encryptionKey == association.encryptionKey && present.reqID == association.reqID)
        _ = mirror.apply(.expired(expired, .hard))
        #expect(mirror.associations.count == 0)
    }

    /// The broadcast of an UPDATE shows what was asked for (kernel-facts 0.3).
    @Test func anUpdateIsReadAgain() throws {
        var mirror = try Self.mirror(300)
        var told = try Self.association(300, "-lh 100")
        told.state = .dying
        guard case .get(let reference) = mirror.apply(.association(.updated, told)) else {
            Issue.record("taken for true")
            return
        }
        #expect(reference.identity == told.identity)
        #expect(mirror.associations[told.identity]?.limits.isNone == true)
    }

    @Test func aFlushOfOneProtocolSparesTheOthers() throws {
        var mirror = try Self.mirror(300)
        let text = "add 192.0.2.1 192.0.2.2 ah 301 -A hmac-md5 \"0123456789abcdef\" ;"
        guard case .add(let ah)? = ForeignProgram.statements(text).first?.kind else { throw NotAnEntry() }
        _ = mirror.apply(.association(.added, ah))
        _ = mirror.apply(.flushed(.esp))
        #expect(Self.numbers(mirror) == [301])
    }
}
