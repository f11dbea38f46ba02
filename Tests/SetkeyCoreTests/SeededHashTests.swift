import IPsec
import Testing

@testable import SetkeyCore

/// The hash that tables find their entries by.
struct SeededHashTests {
    private static func identity(_ destination: IPAddress, _ proto: IPsecProtocol = .esp, spi: UInt32) -> SAIdentity {
        SAIdentity(destination: destination, ipsecProtocol: proto, spi: SPI(rawValue: spi))
    }

    private static func policy(_ direction: Direction, _ source: IPAddress, _ port: UInt16 = 0) -> PolicyIdentity {
        PolicyIdentity(
            direction: direction,
            selector: Selector(
                source: AddressPrefix(address: source), destination: AddressPrefix(address: .unspecified(.ipv4)),
                sourcePort: port))
    }

    @Test func equalNamesHaveOneHash() {
        let address = IPAddress(ipv4: 0x0a00_0001)
        let one = SecurityAssociation.hash(of: Self.identity(address, spi: 256))
        #expect(one == SecurityAssociation.hash(of: Self.identity(address, spi: 256)))
        let other = SecurityPolicy.hash(of: Self.policy(.inbound, address))
        #expect(other == SecurityPolicy.hash(of: Self.policy(.inbound, address)))
    }

    /// Each of the parts of a name counts: of names that differ in one, hardly any two may fall together.
    @Test func everyPartOfANameCounts() {
        let address = IPAddress(ipv4: 0x0a00_0001)
        var associations = (0..<64).map { Self.identity(address, spi: 1 << $0 % 32 + UInt32($0)) }
        associations += (0..<64).map { Self.identity(IPAddress(ipv6: 0, 1 << UInt64($0)), spi: 256) }
        associations += (0..<64).map { Self.identity(IPAddress(ipv6: 1 << UInt64($0), 0), spi: 256) }
        associations += [.esp, .ah, .ipcomp].map { Self.identity(address, $0, spi: 4096) }
        associations.append(Self.identity(IPAddress(ipv6: 0, 0x0a00_0001), spi: 4096))
        let names = Set(associations)
        #expect(Set(names.map { SecurityAssociation.hash(of: $0) }).count > names.count - 3)

        var policies = [Direction.inbound, .outbound, .forward].map { Self.policy($0, address) }
        policies += (0..<16).map { Self.policy(.inbound, address, 1 << UInt16($0)) }
        policies += (0..<32).map { Self.policy(.inbound, IPAddress(ipv4: 1 << UInt32($0))) }
        let selectors = Set(policies)
        #expect(Set(selectors.map { SecurityPolicy.hash(of: $0) }).count > selectors.count - 3)
    }

    /// A table takes its buckets from the lowest bits: names that count upwards must fill them about evenly.
    @Test func namesThatCountUpwardsAreSpread() {
        var buckets = [Int](repeating: 0, count: 256)
        for number in UInt32(0)..<25_600 {
            let identity = Self.identity(IPAddress(ipv4: 0x0a00_0000 | number >> 4), spi: 0x1000 + number)
            buckets[Int(SecurityAssociation.hash(of: identity) & 255)] += 1
        }
        // 100 each are expected; ten standard deviations away is no chance.
        #expect(buckets.allSatisfy { (1..<200).contains($0) })
    }
}
