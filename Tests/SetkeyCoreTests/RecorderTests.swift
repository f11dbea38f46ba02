import ControlProtocol
import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

struct RecorderTests {
    private static let nothing = OwnershipSnapshot(ownership: Ownership(), time: 0, fingerprint: nil)

    private static func addition(_ spis: ClosedRange<UInt32>) -> OwnershipAddition {
        var addition = OwnershipAddition(time: 0)
        for spi in spis {
            let destination = IPAddress.unspecified(.ipv4)
            addition.claimed.associations.append(
                SAIdentity(destination: destination, ipsecProtocol: .esp, spi: SPI(rawValue: spi)))
        }
        return addition
    }

    private static let reply = Effect.reply(ClientID(rawValue: 1), .flushed, continues: false)

    /// `append`, `rewrite`, `forget`, `reply`.
    private static func words(_ effects: [Effect]) -> [String] {
        effects.map { effect in
            switch effect {
            case .record(.append): "append"
            case .record(.rewrite): "rewrite"
            case .record(.forget): "forget"
            case .reply: "reply"
            default: "other"
            }
        }
    }

    @Test func aReplyWaitsForAllThatIsBeingWritten() {
        var recorder = Recorder()
        #expect(Self.words(recorder.hold(Self.reply)) == ["reply"])
        #expect(Self.words(recorder.append(Self.addition(300...300), to: Self.nothing)) == ["append"])
        #expect(Self.words([recorder.write(.forget)]) == ["forget"])
        #expect(recorder.hold(Self.reply).isEmpty)
        #expect(recorder.ended(nil).isEmpty && !recorder.isIdle)
        #expect(Self.words(recorder.ended(nil)) == ["reply"])
        #expect(recorder.isIdle)
        #expect(Self.words(recorder.hold(Self.reply)) == ["reply"])
    }

    @Test func anEmptyJournalIsNotWritten() {
        var recorder = Recorder()
        #expect(recorder.append(OwnershipAddition(time: 0), to: Self.nothing).isEmpty)
        #expect(recorder.isIdle)
    }

    @Test func whatCouldNotBeWrittenComesWithTheNextChange() {
        var recorder = Recorder()
        _ = recorder.append(Self.addition(300...300), to: Self.nothing)
        _ = recorder.ended("the disk is full")
        #expect(recorder.complaint == "the disk is full")
        #expect(Self.words(recorder.append(Self.addition(301...301), to: Self.nothing)) == ["rewrite", "append"])
        _ = recorder.ended(nil)
        #expect(recorder.complaint == nil)
        _ = recorder.ended("the disk is full again")
        #expect(recorder.complaint == "the disk is full again" && recorder.isIdle)
    }

    @Test func anotherFileDoesNotMendTheOwnershipFile() {
        var recorder = Recorder()
        _ = recorder.append(Self.addition(300...300), to: Self.nothing)
        _ = recorder.write(.forget)
        _ = recorder.ended("the disk is full")
        _ = recorder.ended(nil)
        #expect(recorder.complaint == "the disk is full")
    }

    @Test func theFileIsLongWhenMostOfItIsHistory() {
        var recorder = Recorder()
        for _ in 0..<10 { _ = recorder.append(Self.addition(1000...1200), to: Self.nothing) }
        #expect(recorder.isLong(for: 201) && !recorder.isLong(for: 1000))
        _ = recorder.rewrite(Self.nothing)
        #expect(!recorder.isLong(for: 0))
        recorder.restore(lineCount: 5000)
        #expect(recorder.isLong(for: 0))
    }

    @Test func anEndThatNobodyAskedForChangesNothing() {
        var recorder = Recorder()
        #expect(recorder.ended("what?").isEmpty)
        #expect(recorder.complaint == nil)
    }
}
