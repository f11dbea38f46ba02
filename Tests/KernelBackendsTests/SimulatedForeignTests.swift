import IPsec
import KernelBackends
import KernelScenarios
import Testing

@Suite struct SimulatedForeignTests {
    @Test func aCombinedModeSAIsToldWithoutAlgorithmsAndKeys() throws {
        var fixture = SimulatedFixture()
        let identity = SimulatedFixture.identity(spi: 7)
        let results = (0..<2).map { _ in
            fixture.kernel.insertForeign(.combinedMode, identity, from: SimulatedFixture.source, at: fixture.now)
        }
        #expect(results == [true, false])
        let told = try #require(try fixture.received(on: fixture.listener).first)
        #expect([told.spi, told.integrity, told.encryption, UInt64(told.processID)] == [7, 0, 0, 0])
        #expect(!told.has(.encryptionKey))
        #expect(try fixture.ask(SimulatedFixture.reference(.delete, spi: 7)).last?.state == 3)
    }

    @Test func aMarkedSAIsDumpedAndNotFound() throws {
        var fixture = SimulatedFixture()
        let identity = SimulatedFixture.identity(spi: 7)
        fixture.kernel.insertForeign(.marked, identity, from: SimulatedFixture.source, at: fixture.now)
        _ = try fixture.received(on: fixture.asker)
        for type in [PFKeyMessageType.get, .delete] {
            #expect(try fixture.ask(SimulatedFixture.reference(type, spi: 7)).map(\.errno) == [3])
        }
        #expect(try fixture.ask(SimulatedFixture.add(spi: 7)).map(\.errno) == [0])
        #expect(try fixture.ask(Request(.dump)).map(\.spi) == [7, 7])
        _ = try fixture.ask(Request(.flush))
        #expect(fixture.kernel.associationCount == 0)
    }

    @Test func aSocketPolicyIsDumpedAndSurvivesTheFlush() throws {
        var fixture = SimulatedFixture()
        fixture.kernel.insertSocketPolicy(.socketInbound, at: fixture.now)
        _ = try fixture.ask(SimulatedFixture.policy())
        let records = try fixture.ask(Request(.spdDump))
        #expect(records.map(\.policyDirection) == [2, 4])
        let request = Request(.spdGet).policy(type: 0, direction: 0, id: records[1].policyID)
        #expect(try fixture.ask(request).map(\.errno) == [22])
        #expect(try fixture.ask(Request(.spdFlush)).count == 2)
        #expect(try fixture.ask(Request(.spdDump)).map(\.policyDirection) == [4])
        #expect(try fixture.ask(Request(.spdFlush)).count == 1)
    }

    @Test func anInexpressiblePolicyEndsTheDumpWithErrno234() throws {
        var fixture = SimulatedFixture()
        _ = try fixture.ask(SimulatedFixture.policy(direction: 1))
        let any = AddressPrefix(address: .unspecified(.ipv4), length: 0)
        let identity = PolicyIdentity(direction: .outbound, selector: Selector(source: any, destination: any))
        fixture.kernel.insertInexpressiblePolicy(identity, at: fixture.now)
        _ = try fixture.ask(SimulatedFixture.policy(direction: 2))
        _ = try fixture.ask(SimulatedFixture.policy(direction: 3))
        let messages = try fixture.ask(Request(.spdDump))
        #expect(messages.map(\.errno) == [0, 234, 22])
        #expect(messages.map(\.sequence) == [1, 0, 7])
        #expect(messages.map(\.isBare) == [false, false, true])
        #expect(messages.prefix(2).map(\.policyDirection) == [3, 2])
    }
}
