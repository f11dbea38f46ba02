import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

struct EntryTableTests {
    private struct Entry: Named, Equatable {
        let identity: Int
        var value: Int
    }

    private func order(_ table: EntryTable<Entry>) -> [Int] {
        var names: [Int] = []
        table.forEach { names.append($0.identity) }
        return names
    }

    @Test func newEntriesComeFirstAndReplacedOnesKeepTheirPlace() {
        var table = EntryTable<Entry>()
        for name in 1...3 { table.insert(Entry(identity: name, value: 0), at: .newest) }
        table.insert(Entry(identity: 2, value: 7), at: .newest)
        table.insert(Entry(identity: 9, value: 0), at: .oldest)
        #expect(order(table) == [3, 2, 1, 9])
        #expect(table[2]?.value == 7)
        table.insert(Entry(identity: 1, value: 8), at: .newest, moving: true)
        #expect(order(table) == [1, 3, 2, 9])
    }

    @Test func aWalkSurvivesWhateverHappensToTheTable() {
        var table = EntryTable<Entry>()
        for name in 1...6 { table.insert(Entry(identity: name, value: 0), at: .newest) }
        let cursor = table.openCursor()
        var met: [Int] = []
        if let first = table.next(cursor) { met.append(first.identity) }
        table.remove(5)
        table.remove(4)
        table.insert(Entry(identity: 10, value: 0), at: .newest)
        while let entry = table.next(cursor) {
            met.append(entry.identity)
            if entry.identity == 3 { table.remove(3) }
        }
        #expect(met == [6, 3, 2, 1])
        table.closeCursor(cursor)
        #expect(table.next(cursor) == nil)
    }

    @Test func theSweepRemovesExactlyWhatWasNotStamped() {
        var table = EntryTable<Entry>()
        for name in 1...100 { table.insert(Entry(identity: name, value: 0), at: .newest) }
        table.generation += 1
        for name in stride(from: 2, through: 100, by: 2) { table.insert(Entry(identity: name, value: 1), at: .newest) }
        var swept: [Int] = []
        table.removeAll(notStampedWith: table.generation) { swept.append($0.identity) }
        #expect(swept.sorted() == Array(stride(from: 1, through: 99, by: 2)))
        #expect(table.count == 50)
    }

    @Test func itBehavesAsADictionaryWithAnOrder() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed: seed)
        var table = EntryTable<Entry>()
        var values: [Int: Int] = [:]
        var names: [Int] = []  // oldest first
        for round in 0..<30_000 {
            let name = Int.random(in: 0..<700, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                if values.updateValue(round, forKey: name) == nil { names.append(name) }
                table.insert(Entry(identity: name, value: round), at: .newest)
            case 2:
                if values[name] != nil { values[name] = -round }
                table.modify(name) { $0.value = -round }
            default:
                if values.removeValue(forKey: name) != nil { names.removeAll { $0 == name } }
                table.remove(name)
            }
            #expect(table[name]?.value == values[name], "seed \(seed)")
        }
        #expect(table.count == values.count, "seed \(seed)")
        #expect(order(table) == names.reversed(), "seed \(seed)")
    }
}
