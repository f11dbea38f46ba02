import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

struct EntryTableTests {
    private struct Entry: TableEntry, Equatable {
        let identity: Int
        var value: Int
        /// The value of the entry that it was told to share with.
        var shared: Int?
        var kinship: UInt32? { value == 0 ? nil : UInt32(truncatingIfNeeded: value) }
        var division: UInt8 { UInt8(identity % 3) }

        mutating func share(_ known: Entry) { shared = known.value }
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

    @Test func aWalkFromTheOldestSurvivesAsWell() {
        var table = EntryTable<Entry>()
        for name in 1...6 { table.insert(Entry(identity: name, value: 0), at: .newest) }
        let cursor = table.openCursor(at: .oldest)
        var met: [Int] = []
        if let first = table.next(cursor) { met.append(first.identity) }
        table.remove(2)
        table.remove(3)
        table.insert(Entry(identity: 10, value: 0), at: .oldest)
        while let entry = table.next(cursor) {
            met.append(entry.identity)
            if entry.identity == 4 { table.remove(4) }
        }
        #expect(met == [1, 4, 5, 6])
    }

    @Test func anEntrySharesWithTheOneThatItReplacesAndNobodyHasToldWhatIsAmended() {
        var table = EntryTable<Entry>()
        table.insert(Entry(identity: 1, value: 5), at: .newest)
        #expect(table[1]?.shared == nil)
        table.insert(Entry(identity: 1, value: 6), at: .newest)
        #expect(table[1] == Entry(identity: 1, value: 6, shared: 5))
        table.beginGeneration()
        let known = Entry(identity: 1, value: 7)
        #expect(table.modify(1, isTold: false) { $0.share(known) })
        #expect(!table.modify(2, isTold: false) { $0.share(known) })
        #expect(table[1] == Entry(identity: 1, value: 6, shared: 7))
        // The kernel has not told of it.
        table.sweep { _ in }
        #expect(table.count == 0)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func whatIsFoundByAGuessIsWhatIsThere(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var table = EntryTable<Entry>()
        var guess = TableGuess()
        for round in 0..<20_000 {
            let name = Int.random(in: 0..<40, using: &random)
            switch Int.random(in: 0..<200, using: &random) {
            case 0: _ = table.removeAll()
            case 1: table.removeAll(of: UInt8.random(in: 0..<3, using: &random))
            case 2: _ = table.freeNext(3)
            case 3..<30: table.remove(name)
            case 30..<60: table.insert(Entry(identity: name, value: round), at: .newest, moving: true)
            case 60..<90: table.insert(Entry(identity: name, value: round), at: .oldest)
            default:
                // The one behind the last, or any.
                let names = order(table)
                let last = names.firstIndex(of: name) ?? 0
                let next = round % 3 > 0 && last + 1 < names.count ? names[last + 1] : name
                for name in [name, next] {
                    let found = table.entry(name, guessing: &guess)
                    #expect(found == table[name])
                    guard found != nil, round % 4 == 0 else { continue }
                    table.replace(guess, with: Entry(identity: name, value: round))
                    #expect(table[name]?.value == round)
                }
            }
        }
    }

    @Test func theSweepRemovesExactlyWhatWasNotStamped() {
        var table = EntryTable<Entry>()
        for name in 1...100 { table.insert(Entry(identity: name, value: 0), at: .newest) }
        table.beginGeneration()
        for name in stride(from: 2, through: 100, by: 2) { table.insert(Entry(identity: name, value: 1), at: .newest) }
        var swept: [Int] = []
        table.sweep { swept.append($0.identity) }
        #expect(swept.sorted() == Array(stride(from: 1, through: 99, by: 2)))
        #expect(table.count == 50)
    }

    @Test func aDivisionIsGoneAtOnceAndFreedInParts() {
        var table = EntryTable<Entry>()
        for name in 1...9 { table.insert(Entry(identity: name, value: 1), at: .newest) }
        let (walk, kin) = (table.openCursor(), table.openCursor(kinship: 1))
        table.removeAll(of: 0)
        #expect(table.count == 6 && table.count(of: 0) == 0 && table.count(of: 1) == 3)
        #expect(table[3] == nil && !table.contains(6))
        let changed = table.modify(9) { $0.value = 5 }
        let removed = table.remove(3)
        #expect(!changed && removed == nil)
        #expect(order(table) == [8, 7, 5, 4, 2, 1])
        // It comes back as a new one.
        table.insert(Entry(identity: 6, value: 2), at: .newest)
        #expect(order(table) == [6, 8, 7, 5, 4, 2, 1])
        #expect([table.next(walk), table.next(kin)].map { $0?.identity } == [8, 8])
        var turns = 1
        while table.freeNext(1) { turns += 1 }
        #expect(turns == 2)
        #expect(order(table) == [6, 8, 7, 5, 4, 2, 1] && table.count == 7 && table[6]?.value == 2)
        #expect([table.next(walk), table.next(walk)].map { $0?.identity } == [7, 5])
        #expect([table.next(kin), table.next(kin)].map { $0?.identity } == [7, 5])
    }

    @Test func whatGoesWhileOthersAreFreedIsFreedAsWell() {
        var table = EntryTable<Entry>()
        for name in 1...300 { table.insert(Entry(identity: name, value: 1), at: .newest) }
        table.removeAll(of: 0)
        let isMore = table.freeNext(50)
        #expect(isMore)
        for name in stride(from: 3, through: 300, by: 3) { table.insert(Entry(identity: name, value: 2), at: .oldest) }
        table.removeAll(of: 1)
        table.removeAll(of: 0)
        while table.freeNext(7) {}
        #expect(order(table) == Array(stride(from: 299, through: 2, by: -3)))
        for name in 1...300 { #expect(table.contains(name) == (name % 3 == 2)) }
    }

    @Test func itBehavesAsADictionaryWithAnOrder() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed: seed)
        var table = EntryTable<Entry>()
        var values: [Int: Int] = [:]
        var names: [Int] = []  // oldest first
        for round in 0..<30_000 {
            let name = Int.random(in: 0..<700, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                if values.updateValue(round, forKey: name) == nil { names.append(name) }
                table.insert(Entry(identity: name, value: round), at: .newest)
            case 2:
                if values[name] != nil { values[name] = -round }
                table.modify(name) { $0.value = -round }
            case 3:
                _ = table.freeNext(3)
                guard round % 50 == 0 else { break }
                let division = name % 3
                for name in names where name % 3 == division { values[name] = nil }
                names.removeAll { $0 % 3 == division }
                table.removeAll(of: UInt8(division))
            default:
                if values.removeValue(forKey: name) != nil { names.removeAll { $0 == name } }
                table.remove(name)
            }
            #expect(table[name]?.value == values[name], "seed \(seed)")
        }
        #expect(table.count == values.count, "seed \(seed)")
        #expect(order(table) == names.reversed(), "seed \(seed)")
    }

    /// The names that a walk along a ring meets.
    private func kin(_ kinship: UInt32, in table: inout EntryTable<Entry>) -> [Int] {
        let cursor = table.openCursor(kinship: kinship)
        var names: [Int] = []
        while let entry = table.next(cursor) { names.append(entry.identity) }
        table.closeCursor(cursor)
        return names
    }

    @Test func kinAreFoundWithoutTheOthers() {
        var table = EntryTable<Entry>()
        for name in 1...1000 { table.insert(Entry(identity: name, value: name % 250 + 1), at: .newest) }
        #expect(kin(8, in: &table) == [757, 507, 257, 7])
        table.remove(757)
        table.insert(Entry(identity: 2000, value: 8), at: .newest)
        table.insert(Entry(identity: 2001, value: 8), at: .oldest)
        #expect(kin(8, in: &table) == [2000, 507, 257, 7, 2001])
        table.insert(Entry(identity: 257, value: 9), at: .newest)
        #expect(kin(8, in: &table) == [2000, 507, 7, 2001])
        #expect(kin(9, in: &table).sorted() == [8, 257, 258, 508, 758])
        for name in [2000, 507, 7, 2001] { table.remove(name) }
        #expect(kin(8, in: &table).isEmpty)
        #expect(kin(1_000_000, in: &table).isEmpty)
    }

    @Test func aWalkAlongARingSurvivesWhateverHappens() {
        var table = EntryTable<Entry>()
        for name in 1...6 { table.insert(Entry(identity: name, value: 1), at: .newest) }
        let cursor = table.openCursor(kinship: 1)
        var met: [Int] = []
        while let entry = table.next(cursor) {
            met.append(entry.identity)
            table.remove(entry.identity)
            if entry.identity == 6 {
                // One that would be next, one that comes later, and one that changes sides.
                table.remove(5)
                table.insert(Entry(identity: 10, value: 1), at: .newest)
                table.insert(Entry(identity: 4, value: 2), at: .newest)
            }
        }
        #expect(met == [6, 3, 2, 1])
        #expect(kin(1, in: &table) == [10])
        #expect(kin(2, in: &table) == [4])
    }

    /// Names of SAs in both rings, whatever was done to the table, against a walk over all.
    @Test(arguments: 0..<20 as Range<UInt64>) func ringsHoldWhatAWalkFinds(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var table = EntryTable<Entry>()
        for _ in 0..<2000 {
            let name = Int.random(in: 0..<60, using: &random)
            if Int.random(in: 0..<3, using: &random) == 0 {
                table.remove(name)
            } else {
                let entry = Entry(identity: name, value: Int.random(in: 1...7, using: &random))
                table.insert(entry, at: Bool.random(using: &random) ? .newest : .oldest)
            }
        }
        for value in 1...7 {
            var names: [Int] = []
            table.forEach { if $0.value == value { names.append($0.identity) } }
            #expect(kin(UInt32(value), in: &table).sorted() == names.sorted(), "seed \(seed)")
        }
    }
}
