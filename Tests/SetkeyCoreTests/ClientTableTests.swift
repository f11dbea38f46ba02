import ControlProtocol
import TestSupport
import Testing

@testable import SetkeyCore

struct ClientTableTests {
    private static func client(_ number: UInt64) -> ClientID { ClientID(rawValue: UInt32(number)) }

    /// It behaves as a dictionary does.
    @Test(arguments: 0..<20 as Range<UInt64>) func itIsADictionary(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var table = ClientTable<[Int]>()
        var model: [ClientID: [Int]] = [:]
        for step in 0..<300 {
            let client = Self.client(random.next() % 8)
            switch random.next() % 5 {
            case 0:
                table[client] = [step]
                model[client] = [step]
            case 1:
                table[client]?.append(step)
                model[client]?.append(step)
            case 2:
                table[client] = nil
                model[client] = nil
            case 3: #expect(table.remove(client) == model.removeValue(forKey: client))
            default:
                #expect(table[client] == model[client])
                #expect(table.contains(client) == (model[client] != nil))
            }
            #expect(Set(table.clients) == Set(model.keys) && table.clients.count == model.count)
        }
    }
}
