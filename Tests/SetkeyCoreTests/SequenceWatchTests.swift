import IPsec
import Testing

@testable import SetkeyCore

/// When it is said that an SA comes near to the end of its sequence numbers, and when it is looked at again.
struct SequenceWatchTests {
    private static let last = UInt64(UInt32.max)

    private func sa(
        _ sent: UInt64, received: UInt64 = 0, spi: UInt32 = 300, flags: SAFlags = []
    ) -> SecurityAssociation {
        let identity = SAIdentity(destination: IPAddress(ipv4: 2), ipsecProtocol: .esp, spi: SPI(rawValue: spi))
        var sa = SecurityAssociation(identity: identity, source: IPAddress(ipv4: 1))
        sa.numbers.sent = sent
        sa.numbers.received = received
        sa.flags = flags
        return sa
    }

    @Test func eachMarkIsToldOnce() {
        var watch = SequenceWatch()
        let marks = [0, 70, 74, 75, 80, 91, 92, 99, 100, 100].map { percent -> SequenceMark? in
            defer { watch.endDump(at: 0) }
            return watch.note(sa(Self.last / 100 * UInt64(percent) + (percent == 100 ? 95 : percent == 0 ? 0 : 1000)))
        }
        #expect(marks == [nil, nil, nil, .threeQuarters, nil, .ninety, nil, .ninetyNine, .all, nil])
    }

    @Test(arguments: [
        (UInt64(3_221_225_472), "75 %"), (4_294_967_294, "99 %"), (4_294_967_295, "all of its 4294967295"),
    ])
    func whatIsSaidIsRoundedDown(_ sent: UInt64, _ words: String) {
        #expect(sa(sent).sequenceComplaint.contains("has used \(words)"), "\(sa(sent).sequenceComplaint)")
    }

    @Test func whatIsReceivedCountsLikeWhatIsSent() {
        var watch = SequenceWatch()
        let mark = watch.note(sa(5, received: Self.last - 9))
        #expect(mark == .ninetyNine)
        #expect(watch.complaints.count == 1)
    }

    /// There are more numbers, or no end of them.
    @Test func othersAreNotWatched() {
        var watch = SequenceWatch()
        let marks = [
            watch.note(sa(1 << 40, flags: .extendedSequence)), watch.note(sa(Self.last, flags: .sequenceMayWrap)),
        ]
        #expect(marks == [nil, nil])
        watch.endDump(at: 0)
        #expect(watch.complaints.isEmpty && watch.nextPoll == nil)
    }

    @Test func theWorstIsSaidFirstAndWhatIsGoneIsForgotten() {
        var watch = SequenceWatch()
        _ = watch.note(sa(Self.last / 5 * 4, spi: 301))
        _ = watch.note(sa(Self.last, spi: 302))
        watch.endDump(at: 0)
        #expect(watch.complaints.map { $0.contains("0x12e") } == [true, false])
        #expect(watch.complaints[1].contains("has used 80 %"), "\(watch.complaints)")
        _ = watch.note(sa(Self.last / 5 * 4, spi: 301))
        watch.endDump(at: 0)
        #expect(watch.complaints.count == 1)
        // It was replaced, and begins anew.
        _ = watch.note(sa(7, spi: 301))
        watch.endDump(at: 0)
        #expect(watch.complaints.isEmpty)
    }

    /// The audit looks every ten minutes; what could come to its end before that is looked at earlier.
    @Test func theLessIsLeftTheSoonerItIsLookedAtAgain() throws {
        func poll(_ left: UInt64) -> UInt64? {
            var watch = SequenceWatch()
            _ = watch.note(sa(Self.last - left))
            watch.endDump(at: 1_000_000_000)
            return watch.nextPoll.map { ($0 - 1_000_000_000) / 1_000_000_000 }
        }
        #expect(poll(Self.last) == nil && poll(2_500_000_000) == nil)
        #expect(poll(2_000_000_000) == 500)
        #expect(poll(400_000_000) == 100)
        #expect(poll(40) == 10)
        // It is at its end: nothing can come.
        #expect(poll(0) == nil)
    }

    @Test func anIdleAssociationIsLeftToTheAudit() {
        var watch = SequenceWatch()
        _ = watch.note(sa(Self.last - 40))
        watch.endDump(at: 0)
        let due = [9_999_999_999, 10_000_000_000, 10_000_000_000].map { watch.isDue(at: $0) }
        #expect(due == [false, true, false])
        _ = watch.note(sa(Self.last - 40))
        watch.endDump(at: 0)
        #expect(watch.nextPoll == nil)
        _ = watch.note(sa(Self.last - 39))
        watch.endDump(at: 0)
        #expect(watch.nextPoll != nil)
    }
}
