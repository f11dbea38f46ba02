import IPsec
import KernelBackends
import KernelScenarios
import TestSupport
import Testing

@Suite struct SimulatedFaultTests {
    @Test func aRefusalStrikesTheOccurrenceThatItNames() throws {
        var fixture = SimulatedFixture(
            faults: FaultPlan([.init(.refuse(.outOfMemory), on: .add, occurrences: 2...2)]))
        #expect(try fixture.ask(SimulatedFixture.add(spi: 1)).map(\.errno) == [0])
        #expect(try fixture.ask(SimulatedFixture.reference(.get, spi: 1)).map(\.errno) == [0])
        #expect(try fixture.ask(SimulatedFixture.add(spi: 2)).map(\.errno) == [12])
        #expect(try fixture.ask(SimulatedFixture.add(spi: 3)).map(\.errno) == [0])
        #expect(fixture.kernel.associationCount == 2)
        #expect(try fixture.received(on: fixture.listener).map(\.spi) == [1, 3])
    }

    @Test func aKernelThatRefusesEverythingDoesNothing() throws {
        var fixture = SimulatedFixture(faults: .refusingEverything())
        for request in [SimulatedFixture.add(spi: 1), Request(.dump), Request(.register, .esp), Request(.spdFlush)] {
            #expect(try fixture.ask(request).map(\.errno) == [1])
        }
        #expect(fixture.kernel.associationCount == 0)
    }

    @Test func aSendThatFailsDoesNothingAndSaysNothing() throws {
        var fixture = SimulatedFixture(faults: FaultPlan([.init(.failSend(.noBuffers), occurrences: 1...1)]))
        let errno = fixture.kernel.send(SimulatedFixture.add(spi: 1).bytes, from: fixture.asker, at: fixture.now)
        #expect(errno == .noBuffers)
        #expect(try fixture.received(on: fixture.asker).isEmpty)
        #expect(fixture.kernel.associationCount == 0)
        #expect(try fixture.ask(SimulatedFixture.add(spi: 1)).count == 1)
    }

    @Test func aLostAnswerDoesNotUndoTheDeed() throws {
        var fixture = SimulatedFixture(faults: FaultPlan([.init(.loseAnswers, on: .add)]))
        #expect(try fixture.ask(SimulatedFixture.add(spi: 1)).isEmpty)
        #expect(try fixture.received(on: fixture.listener).map(\.type) == [.add])
        #expect(try fixture.ask(SimulatedFixture.reference(.get, spi: 1)).map(\.errno) == [0])
    }

    @Test func aLostBroadcastReachesTheRequesterAlone() throws {
        var fixture = SimulatedFixture(faults: FaultPlan([.init(.loseBroadcasts, on: .add)]))
        #expect(try fixture.ask(SimulatedFixture.add(spi: 1)).map(\.type) == [.add])
        #expect(try fixture.received(on: fixture.listener).isEmpty)
    }

    @Test func garbageIsTheSameForTheSameSeedAndStrikesDumpsThatGoOnLater() throws {
        var fixture = SimulatedFixture()
        for spi: UInt32 in 1...400 { _ = try fixture.ask(SimulatedFixture.add(spi: spi)) }
        func dump(_ fixture: SimulatedFixture) -> [[UInt8]] {
            var kernel = fixture.kernel
            kernel.faults = .answeringGarbage(seed: 42)
            _ = kernel.send(Request(.dump).bytes, from: fixture.asker, at: fixture.now)
            var messages: [[UInt8]] = []
            while let message = kernel.receive(on: fixture.asker) { messages.append(message) }
            return messages
        }
        let messages = dump(fixture)
        #expect(messages.count == 400)
        #expect(messages == dump(fixture))
        #expect(messages.allSatisfy { $0.prefix(2) != [2, 10] })
    }

    @Test func truncationLeavesTheLengthFieldAsItWas() throws {
        var fixture = SimulatedFixture(faults: FaultPlan([.init(.truncate(toByteCount: 20), on: .add)]))
        _ = fixture.kernel.send(SimulatedFixture.add(spi: 1).bytes, from: fixture.asker, at: fixture.now)
        let received = fixture.kernel.receive(on: fixture.asker)
        let message = try #require(received)
        #expect(message.count == 20)
        #expect(Int(message[4]) * 8 > 20)
    }

    @Test(arguments: [UInt64(1), 2, 3]) func noDatagramTrapsTheKernel(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var fixture = SimulatedFixture()
        let samples = [
            SimulatedFixture.add(spi: 9).bytes, SimulatedFixture.policy().bytes, Request(.dump).bytes,
            Request(.getSPI, .esp).ends(SimulatedFixture.source, SimulatedFixture.destination).spiRange(1, .max).bytes,
        ]
        for _ in 0..<5000 {
            guard var datagram = samples.randomElement(using: &random) else { continue }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                datagram[Int.random(in: 1..<datagram.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            let length = 8 * (Int(datagram[4]) + Int(datagram[5]) << 8)
            if length < datagram.count { datagram = Array(datagram.prefix(max(length, 3))) }
            _ = fixture.kernel.send(datagram, from: fixture.asker, at: fixture.now)
            while let message = fixture.kernel.receive(on: fixture.asker) {
                #expect(message.count >= 16, "seed \(seed)")
            }
            _ = try fixture.received(on: fixture.listener)
        }
    }
}
