import IPsec
import KernelBackends
import KernelScenarios
import Testing

@Suite struct SimulatedTimeTests {
    private func limited(spi: UInt32 = 1, hard: UInt64, soft: UInt64 = 0, use: Bool = false) -> Request {
        SimulatedFixture.add(spi: spi)
            .lifetime(.hardLifetime, addTime: use ? 0 : hard, useTime: use ? hard : 0)
            .lifetime(.softLifetime, addTime: use ? 0 : soft, useTime: use ? soft : 0)
    }

    @Test func theNextDeadlineIsASecondAfterTheInsertionAndThenWhatIsLeft() throws {
        var fixture = SimulatedFixture()
        #expect(fixture.kernel.nextDeadline == nil)
        _ = try fixture.ask(SimulatedFixture.add(spi: 2))
        #expect(fixture.kernel.nextDeadline == nil)
        _ = try fixture.ask(limited(hard: 100, soft: 60))
        #expect(fixture.kernel.nextDeadline == fixture.now.advanced(bySeconds: 1))
        fixture.wait(seconds: 1)
        #expect(fixture.kernel.nextDeadline == fixture.now.advanced(bySeconds: 59))
        fixture.wait(seconds: 59)
        #expect(fixture.kernel.nextDeadline == fixture.now.advanced(bySeconds: 40))
        fixture.wait(seconds: 40)
        #expect(fixture.kernel.nextDeadline == nil)
        #expect(fixture.kernel.associationCount == 1)
    }

    @Test func aLongSilenceBringsSoftAndHardExpiriesInOrder() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(Request(.register, .ah))
        _ = try fixture.ask(limited(spi: 1, hard: 100, soft: 50))
        _ = try fixture.ask(limited(spi: 2, hard: 70, soft: 60))
        fixture.wait(seconds: 1000)
        let expiries = try fixture.received(on: fixture.asker)
        #expect(expiries.map(\.spi) == [1, 2, 2, 1])
        #expect(expiries.map(\.state) == [2, 2, 3, 3])
        #expect(try fixture.received(on: fixture.listener).map(\.type) == [.add, .add])
    }

    @Test func theUseTimeCountsFromTheFirstPacket() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(Request(.register, .esp))
        _ = try fixture.ask(limited(hard: 10, use: true))
        fixture.wait(seconds: 25)
        #expect(fixture.kernel.associationCount == 1)
        fixture.kernel.carry(10, through: SimulatedFixture.identity(spi: 1), at: fixture.now)
        fixture.wait(seconds: 9)
        #expect(fixture.kernel.associationCount == 1)
        fixture.wait(seconds: 1)
        #expect(fixture.kernel.associationCount == 0)
        #expect(try fixture.received(on: fixture.asker).map(\.state) == [3])
    }

    @Test func aClockThatGoesBackChangesNothing() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(limited(hard: 100))
        fixture.kernel.advance(to: SimulatedKernel.Instant(seconds: 5))
        fixture.wait(seconds: 99)
        #expect(fixture.kernel.associationCount == 1)
        fixture.wait(seconds: 1)
        #expect(fixture.kernel.associationCount == 0)
    }

    @Test func limitsBeyondTheEndOfTimeNeverExpire() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(limited(hard: .max, soft: .max - 5))
        fixture.wait(seconds: 1_000_000_000)
        #expect(fixture.kernel.associationCount == 1)
    }

    @Test func anUpdatedSAForgetsItsEarlierDeadline() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(limited(hard: 10))
        let update = Request(.update, .esp).association(spi: 1, encryption: 11)
            .ends(SimulatedFixture.source, SimulatedFixture.destination).key(.encryptionKey, bits: 0)
        _ = try fixture.ask(update)
        fixture.wait(seconds: 20)
        #expect(fixture.kernel.associationCount == 1)
    }

    @Test func aPolicyThatIsUpdatedLivesAnew() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(SimulatedFixture.policy().lifetime(.hardLifetime, addTime: 10))
        fixture.wait(seconds: 8)
        _ = try fixture.ask(SimulatedFixture.policy(.spdUpdate).lifetime(.hardLifetime, addTime: 10))
        fixture.wait(seconds: 8)
        #expect(fixture.kernel.policyCount == 1)
        fixture.wait(seconds: 2)
        #expect(fixture.kernel.policyCount == 0)
        #expect(try fixture.received(on: fixture.listener).count == 2)
    }
}
