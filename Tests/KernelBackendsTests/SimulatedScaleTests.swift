import IPsec
import KernelScenarios
import TestSupport
import Testing

@testable import KernelBackends

@Suite struct SimulatedScaleTests {
    @Test func thirtyThousandSAsAreAddedDumpedAndDeleted() throws {
        var fixture = SimulatedFixture()
        fixture.kernel.close(fixture.listener)
        let count: UInt32 = 30_000
        for spi in 1...count {
            _ = fixture.kernel.send(SimulatedFixture.add(spi: spi).bytes, from: fixture.asker, at: fixture.now)
            _ = fixture.kernel.receive(on: fixture.asker)
        }
        #expect(fixture.kernel.associationCount == Int(count))
        _ = fixture.kernel.send(Request(.dump).bytes, from: fixture.asker, at: fixture.now)
        var records: UInt32 = 0
        while let bytes = fixture.kernel.receive(on: fixture.asker) {
            // Newest first: each record's SPI tells how many must have come before it.
            guard Array(bytes[20..<24]) == be(count - records) else { throw ScenarioFailure("record \(records)") }
            records += 1
        }
        #expect(records == count)
        for spi in stride(from: 1, through: count, by: 2) {
            let request = SimulatedFixture.reference(.delete, spi: spi)
            _ = fixture.kernel.send(request.bytes, from: fixture.asker, at: fixture.now)
            _ = fixture.kernel.receive(on: fixture.asker)
        }
        #expect(fixture.kernel.associationCount == Int(count) / 2)
    }

    @Test(arguments: [UInt64(1), 2, 3]) func theOrderedTableIsAListThatKeepsItsOrder(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var table = OrderedTable<Int>()
        var model: [(handle: OrderedTable<Int>.Handle, value: Int)] = []
        for value in 0..<3000 {
            if model.isEmpty || Int.random(in: 0..<5, using: &random) < 3 {
                model.insert((table.insert(value), value), at: 0)
            } else {
                let entry = model.remove(at: .random(in: 0..<model.count, using: &random))
                let removed = table.remove(entry.handle)
                #expect(removed == entry.value, "seed \(seed)")
            }
            #expect(table.count == model.count, "seed \(seed)")
        }
        #expect(table.handles == model.map(\.handle), "seed \(seed)")
        #expect(table.handles.map { table[$0] } == model.map(\.value), "seed \(seed)")
        let middle = model[model.count / 2]
        #expect(table.first { $0 == middle.value } == middle.handle, "seed \(seed)")
    }

    @Test(arguments: [UInt64(1), 2, 3]) func timersComeOutInTheOrderOfTheirDeadlines(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var queue = TimerQueue<Int>()
        for owner in 0..<1000 {
            queue.insert(owner, at: SimulatedKernel.Instant(nanoseconds: .random(in: 0..<500, using: &random)))
        }
        queue.removeAll { $0.owner % 3 != 0 }
        var last: UInt64 = 0
        var count = 0
        while let timer = queue.popFirst(dueAt: SimulatedKernel.Instant(nanoseconds: 400)) {
            #expect(timer.deadline.nanoseconds >= last, "seed \(seed)")
            #expect(timer.owner % 3 != 0, "seed \(seed)")
            last = timer.deadline.nanoseconds
            count += 1
        }
        #expect(count > 0 && queue.count > 0, "seed \(seed)")
        #expect(queue.first.map { $0.deadline.nanoseconds > 400 } == true, "seed \(seed)")
    }
}
