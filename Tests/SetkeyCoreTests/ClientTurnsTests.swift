import ControlProtocol
import Testing

@testable import SetkeyCore

@Suite struct ClientTurnsTests {
    private func client(_ number: UInt32) -> ClientID { ClientID(rawValue: number) }

    @Test func turnsGoRoundByUserAndThenByConnection() {
        var turns = ClientTurns()
        for number: UInt32 in 1...4 { turns.append(client(number), of: 1000) }
        turns.append(client(9), of: 2000)
        var order: [UInt32] = []
        for _ in 0..<8 {
            guard let next = turns.next() else { break }
            order.append(next.rawValue)
            turns.append(next, of: next == client(9) ? 2000 : 1000)
        }
        #expect(order == [1, 9, 2, 9, 3, 9, 4, 9])
        #expect(turns.count == 5)
    }

    @Test func aClientThatHasLeftHasNoTurn() {
        var turns = ClientTurns()
        turns.append(client(1), of: 1000)
        turns.append(client(2), of: 2000)
        turns.remove(client(1))
        turns.remove(client(7))
        #expect(turns.count == 1)
        #expect(turns.next() == client(2))
        #expect(turns.next() == nil && turns.isEmpty)
    }
}
