import ControlProtocol
import Testing

@testable import SetkeyCore

struct WishesTests {
    private static let (first, second) = (ClientID(rawValue: 1), ClientID(rawValue: 2))
    private static let (file, other) = (Fingerprint(rawValue: 7), Fingerprint(rawValue: 8))

    @Test func reloadsFoldIntoOneWithTheShortestTime() throws {
        var wishes = Wishes()
        wishes.add(ReloadWish(clients: [Self.first], confirmSeconds: 60))
        wishes.add(ReloadWish())
        wishes.add(ReloadWish(clients: [Self.second], confirmSeconds: 30))
        guard case .reload(let wish) = wishes.next() else { throw Missing() }
        #expect(wish == ReloadWish(clients: [Self.first, Self.second], confirmSeconds: 30))
        #expect(wishes.next() == nil)
    }

    @Test func goingBackComesFirstAndItsLastReasonCounts() throws {
        var wishes = Wishes()
        wishes.add(ReloadWish(clients: [Self.first]))
        #expect(!wishes.wantsReversal)
        wishes.add(ReversalWish(reversal: .asked, file: Self.file, clients: [Self.second]))
        wishes.add(ReversalWish(reversal: .unconfirmed, file: Self.other))
        #expect(wishes.wantsReversal)
        guard case .reversal(let wish) = wishes.next() else { throw Missing() }
        #expect(wish == ReversalWish(reversal: .unconfirmed, file: Self.other, clients: [Self.second]))
        guard case .reload = wishes.next() else { throw Missing() }
        #expect(wishes.next() == nil)
    }

    @Test func whatIsWantedIsDoneWithoutThoseWhoWereSentAway() throws {
        var wishes = Wishes()
        wishes.add(ReversalWish(reversal: .asked, file: nil, clients: [Self.second]))
        wishes.add(ReloadWish(clients: [Self.first], confirmSeconds: 5))
        #expect(wishes.dismissClients() == [Self.first, Self.second])
        #expect(wishes.dismissClients().isEmpty)
        guard case .reversal(let reversal) = wishes.next(), case .reload(let reload) = wishes.next() else {
            throw Missing()
        }
        #expect(reversal.clients.isEmpty && reload == ReloadWish(confirmSeconds: 5))
    }

    @Test func aTransitionHasWhatItsCauseHas() {
        let reload = Transition(.reload(ReloadWish(clients: [Self.first], confirmSeconds: 9)))
        #expect(reload.clients == [Self.first] && reload.confirmSeconds == 9 && !reload.isRemembered)
        var reversal = Transition(.revert(ReversalWish(reversal: .remembered, file: Self.file, clients: [Self.second])))
        #expect(reversal.clients == [Self.second] && reversal.confirmSeconds == nil && reversal.isRemembered)
        reversal.dismissClients()
        #expect(reversal.clients.isEmpty && reversal.isRemembered)
        #expect(Transition(.start).clients.isEmpty && Transition(.repair).confirmSeconds == nil)
    }

    private struct Missing: Error {}
}
