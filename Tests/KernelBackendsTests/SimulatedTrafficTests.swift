import IPsec
import KernelBackends
import KernelScenarios
import Testing

@Suite struct SimulatedTrafficTests {
    private func send(_ fixture: inout SimulatedFixture) -> SimulatedKernel.Fate {
        fixture.kernel.send(SimulatedFixture.packet, at: fixture.now)
    }

    @Test func withoutAPolicyAPacketGoesInClear() {
        var fixture = SimulatedFixture()
        #expect(send(&fixture) == .clear)
    }

    @Test func theNewestMatureSACarriesAPacketAndCountsIt() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(SimulatedFixture.policy())
        _ = try fixture.ask(SimulatedFixture.add(spi: 1))
        _ = try fixture.ask(SimulatedFixture.add(spi: 2))
        #expect(send(&fixture) == .protected([SimulatedFixture.identity(spi: 2)]))
        let counted = try #require(try fixture.ask(SimulatedFixture.reference(.get, spi: 2)).first)
        #expect(counted.lifetime(.currentLifetime) == [1, 100, fixture.now.seconds, fixture.now.seconds])
        _ = try fixture.ask(SimulatedFixture.reference(.delete, spi: 2))
        #expect(send(&fixture) == .protected([SimulatedFixture.identity(spi: 1)]))
    }

    @Test func anSAFromAnywhereCarriesWhatNoneFromTheSourceDoes() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(SimulatedFixture.policy())
        _ = try fixture.ask(SimulatedFixture.add(spi: 1, from: .unspecified(.ipv4)))
        #expect(send(&fixture) == .protected([SimulatedFixture.identity(spi: 1)]))
        let ends = Request(.getSPI, .esp).ends(SimulatedFixture.source, SimulatedFixture.destination)
        _ = try fixture.ask(ends.association2(mode: 1))
        #expect(send(&fixture) == .waiting)
        _ = try fixture.ask(SimulatedFixture.add(spi: 2))
        _ = try fixture.ask(SimulatedFixture.add(spi: 3, from: .unspecified(.ipv4)))
        #expect(send(&fixture) == .protected([SimulatedFixture.identity(spi: 2)]))
    }

    @Test func aReqIDChoosesItsOwnSA() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(SimulatedFixture.policy(level: 3, reqID: 7))
        _ = try fixture.ask(SimulatedFixture.add(spi: 1, reqID: 7))
        _ = try fixture.ask(SimulatedFixture.add(spi: 2))
        #expect(send(&fixture) == .protected([SimulatedFixture.identity(spi: 1)]))
    }

    @Test func theLowestPriorityNumberWinsAndOfEqualOnesTheOlder() throws {
        var fixture = SimulatedFixture()
        let wide = Request(.spdAdd).address(.source, IPAddress(ipv4: 0), prefix: 0, nextLayer: 255)
            .address(.destination, IPAddress(ipv4: 0), prefix: 0, nextLayer: 255)
        _ = try fixture.ask(wide.policy(type: 1, direction: 2, priority: 5))
        _ = try fixture.ask(SimulatedFixture.policy(priority: 5, action: 0))
        #expect(send(&fixture) == .clear)
        _ = try fixture.ask(SimulatedFixture.policy(.spdUpdate, priority: 4, action: 0))
        #expect(send(&fixture) == .discarded)
    }

    @Test func levelUseLetsAPacketPassInClear() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(SimulatedFixture.policy(level: 1))
        #expect(send(&fixture) == .clear)
    }

    @Test func aByteLimitWarnsTheNextPacketAndThenRefusesOne() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(Request(.register, .esp))
        _ = try fixture.ask(SimulatedFixture.policy())
        _ = try fixture.ask(
            SimulatedFixture.add(spi: 1).lifetime(.hardLifetime, bytes: 300).lifetime(.softLifetime, bytes: 200))
        let carried = SimulatedKernel.Fate.protected([SimulatedFixture.identity(spi: 1)])
        #expect([send(&fixture), send(&fixture)] == [carried, carried])
        #expect(try fixture.received(on: fixture.asker).isEmpty)
        #expect(send(&fixture) == carried)
        #expect(try fixture.received(on: fixture.asker).map(\.state) == [2])
        #expect(send(&fixture) == .refused)
        let hard = try #require(try fixture.received(on: fixture.asker).first)
        #expect(hard.state == 3)
        #expect(hard.lifetime(.currentLifetime)[1] == 300)
        #expect(send(&fixture) == .waiting)
    }

    @Test func carryingThroughAnSAThatIsNotThereIsRefused() {
        var fixture = SimulatedFixture()
        let passed = fixture.kernel.carry(1, through: SimulatedFixture.identity(spi: 9), at: fixture.now)
        #expect(!passed)
    }

    @Test func theLarvalSAOfAnAcquireGoesAfterThirtySecondsAndIsAskedForAgain() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(Request(.register, .esp))
        _ = try fixture.ask(SimulatedFixture.policy())
        #expect(send(&fixture) == .waiting)
        #expect(try fixture.received(on: fixture.asker).map(\.type) == [.acquire])
        fixture.wait(seconds: 30)
        let expired = try #require(try fixture.received(on: fixture.asker).first)
        #expect([expired.spi, expired.state] == [0, 3])
        #expect(send(&fixture) == .waiting)
        #expect(try fixture.received(on: fixture.asker).map(\.type) == [.acquire])
    }
}
