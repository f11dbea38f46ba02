import IPsec
import Testing

@testable import ControlProtocol

/// What records call a thing is what dumps call it.
@Suite struct VocabularyWordTests {
    @Test func protocolsAreCalledAsInDumps() {
        for value in IPsecProtocol.allCases {
            #expect(ProtocolName(value).rawValue == "\(value.word)" && ProtocolName(value).value == value)
        }
    }

    @Test(arguments: StateName.allCases) func statesAreCalledAsInDumps(name: StateName) throws {
        let state = try #require((0...3).compactMap { SAState(rawValue: $0) }.first { StateName($0) == name })
        #expect("\(state.word)" == name.rawValue)
    }

    @Test(arguments: DirectionName.allCases) func directionsAreCalledAsInDumps(name: DirectionName) throws {
        let direction = try #require((1...5).compactMap { Direction(rawValue: $0) }.first { DirectionName($0) == name })
        #expect("\(direction.word)" == name.rawValue)
    }

    /// A mode that has no word has no name, and its record says its number.
    @Test func modesAreCalledAsInDumps() throws {
        for number in UInt8.min...UInt8.max {
            let mode = Mode(rawValue: number)
            #expect(ModeName(mode)?.rawValue == mode.word.map { "\($0)" })
        }
        let destination = try #require(IPAddress("192.0.2.1"))
        var association = SecurityAssociation(
            identity: SAIdentity(destination: destination, ipsecProtocol: .esp, spi: SPI(rawValue: 0x1001)),
            source: destination)
        association.mode = Mode(rawValue: 9)
        #expect(AssociationRecord(association, showKeys: false).mode == .unknown("9"))
    }

    @Test func policiesDoWhatTheLanguageSays() {
        #expect(ActionName(.discard) == .discard && ActionName(.bypass)?.rawValue == "none")
        #expect(ActionName(.protect([]))?.rawValue == "ipsec" && ActionName(.perSocket(3)) == nil)
    }
}
