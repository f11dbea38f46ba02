import ControlProtocol
import IPsec
import Testing

@testable import SetkeyCore

struct MonitorsTests {
    private static func client(_ number: UInt32) -> ClientID { ClientID(rawValue: number) }

    /// Members, four of each user.
    private static let peers = Dictionary(
        uniqueKeysWithValues: (0..<24 as Range<UInt32>).map { number in
            let access: Peer.Access = number >= 20 ? .everything : .reading
            return (client(number), Peer(uid: number / 4, gid: 7, pid: 500, access: access))
        })

    @Test func aUserHasFourAndAllTogetherHaveSixteen() {
        var monitors = Monitors()
        for number in 0..<4 as Range<UInt32> {
            #expect(monitors.refusal(of: 0, among: Self.peers) == nil)
            monitors.add(Self.client(number), MonitorParameters())
        }
        #expect(monitors.refusal(of: 0, among: Self.peers)?.contains("uid 0 has 4") == true)
        #expect(monitors.refusal(of: 1, among: Self.peers) == nil)
        // Whoever may do everything does not count.
        for number in 20..<24 as Range<UInt32> { monitors.add(Self.client(number), MonitorParameters()) }
        for number in 4..<15 as Range<UInt32> { monitors.add(Self.client(number), MonitorParameters()) }
        #expect(monitors.refusal(of: 4, among: Self.peers) == nil)
        monitors.add(Self.client(15), MonitorParameters())
        #expect(monitors.refusal(of: 4, among: Self.peers)?.contains("16 monitors") == true)
        monitors.remove(Self.client(0))
        #expect(monitors.refusal(of: 4, among: Self.peers) == nil)
    }

    @Test func eachAudienceIsToldOnce() {
        var raw = MonitorParameters()
        raw.raw = true
        var monitors = Monitors()
        monitors.add(Self.client(1), MonitorParameters())
        monitors.add(Self.client(2), raw)
        monitors.add(Self.client(3), MonitorParameters())
        var out = Outbox()
        monitors.tell(&out) { MonitorReply(event: $0.raw == true ? .overrun : .listening, seconds: 0, microseconds: 0) }
        let told = out.takeEffects().map { effect -> [UInt32] in
            if case .tell(let clients, _) = effect { clients.map(\.rawValue) } else { [] }
        }
        #expect(Set(told) == [[1, 3], [2]])
        for number in 1...3 as ClosedRange<UInt32> { monitors.remove(Self.client(number)) }
        #expect(monitors.isEmpty)
    }
}
