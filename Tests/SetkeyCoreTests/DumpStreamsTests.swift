import ControlProtocol
import IPsec
import SetkeySyntax
import Testing

@testable import SetkeyCore

/// Whose dump is fed when: with a kernel's desk that has been asked for dumps and has not heard of them yet.
struct DumpStreamsTests {
    private static let one = ClientID(rawValue: 1)
    private static let two = ClientID(rawValue: 2)

    private var kernel = KernelDesk(.pfKey, requestsAfter: RequestID(rawValue: 0))
    private var streams = DumpStreams()

    private mutating func begin(_ database: DatabaseName, for client: ClientID) {
        let format = DumpFormat(options: DumpFormat.Options(processID: 1), now: 0)
        streams.begin(
            DumpStream(
                database: database, form: .text, ticket: kernel.want(database), ipsecProtocol: nil,
                includesDead: false, format: format),
            for: client)
    }

    @Test mutating func nobodyIsFedBeforeTheDumpHasBegun() {
        begin(.policies, for: Self.two)
        begin(.associations, for: Self.one)
        #expect(streams.clients == [Self.one, Self.two])
        let fed = streams.clientsToFeed(kernel)
        #expect(fed.isEmpty)
        #expect(streams.clientsWaiting(for: .associations, kernel) == [Self.one])
        #expect(streams.clientsWaiting(for: .policies, kernel) == [Self.two])
    }

    @Test mutating func aPartIsLookedForAfterAsManyRecords() {
        // Without a stream nothing is counted.
        let alone = streams.countRecord()
        begin(.policies, for: Self.one)
        let counts = (0...DumpStream.recordsPerPart).map { _ in streams.countRecord() }
        _ = streams.clientsToFeed(kernel)
        let afterwards = streams.countRecord()
        #expect(!alone && !afterwards)
        #expect(counts.firstIndex(of: true) == DumpStream.recordsPerPart - 1)
        #expect(counts.last == true)
    }

    @Test mutating func aStreamIsPutBackUntilItHasComeToItsEnd() throws {
        begin(.policies, for: Self.one)
        let taken = streams.take(Self.one)
        var stream = try #require(taken)
        #expect(streams.clients.isEmpty)
        streams.putBack(stream, of: Self.one)
        #expect(streams.clients == [Self.one])
        _ = streams.take(Self.one)
        var text = WireText(reserving: 100)
        stream.appendPart(of: &kernel.mirror, isDumpOver: true, to: &text)
        #expect(stream.isFinished)
        streams.putBack(stream, of: Self.one)
        #expect(streams.clients.isEmpty)
    }

    @Test mutating func whatAClientHadIsGoneWithIt() {
        begin(.associations, for: Self.one)
        streams.remove(Self.one, &kernel.mirror)
        #expect(streams.clients.isEmpty && streams[Self.one] == nil)
    }
}
