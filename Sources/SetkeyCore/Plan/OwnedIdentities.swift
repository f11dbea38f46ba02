package import IPsec
package import SetkeySyntax

/// What an applied file owns: the identities it declared, so that a later one can remove them.
///
/// It outlives the daemon as a text without keys, one identity a line, written before a plan is applied: whatever
/// happens in between, the next start knows what may be removed (DESIGN 5).
package struct OwnedIdentities: Hashable, Sendable {
    package private(set) var associations: Set<SAIdentity> = []
    package private(set) var policies: Set<PolicyIdentity> = []

    package init() {}

    /// Everything that `desired` declares.
    package init(declaredBy desired: DesiredState) {
        associations = Set(desired.associations.map(\.entry.identity))
        policies = Set(desired.policies.map(\.entry.identity))
    }

    /// What either owns: while a plan is being applied, both versions of the file do.
    func union(_ other: OwnedIdentities) -> OwnedIdentities {
        var union = self
        union.associations.formUnion(other.associations)
        union.policies.formUnion(other.policies)
        return union
    }

    // MARK: Text

    private static let header = "# What setkeyd's file has declared; written by setkeyd, no keys.\n"

    /// The text form; the same identities give the same text.
    package var text: String {
        let lines = associations.map(Self.line) + policies.map(Self.line)
        return Self.header + lines.sorted().joined()
    }

    private static func line(_ identity: SAIdentity) -> String {
        "sa \(identity.ipsecProtocol.word) \(identity.destination) \(identity.spi.rawValue)\n"
    }

    private static func line(_ identity: PolicyIdentity) -> String {
        let selector = identity.selector
        return "sp \(identity.direction.word) \(selector.source.address) \(selector.source.length) "
            + "\(selector.sourcePort) \(selector.destination.address) \(selector.destination.length) "
            + "\(selector.destinationPort) \(selector.nextLayer.rawValue)\n"
    }

    /// Reads the text form; a line that is not one is left out and counted.
    /// - Parameter unreadable: gets the number of such lines.
    package init(parsing text: String, unreadable: inout Int) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            if let identity = Self.association(words) {
                associations.insert(identity)
            } else if let identity = Self.policy(words) {
                policies.insert(identity)
            } else {
                unreadable += 1
            }
        }
    }

    private static func association(_ words: [Substring]) -> SAIdentity? {
        guard words.count == 4, words[0] == "sa",
            let ipsecProtocol = IPsecProtocol.allCases.first(where: { "\($0.word)" == words[1] }),
            let destination = IPAddress(words[2]), let spi = UInt32(words[3])
        else { return nil }
        return SAIdentity(destination: destination, ipsecProtocol: ipsecProtocol, spi: SPI(rawValue: spi))
    }

    private static func policy(_ words: [Substring]) -> PolicyIdentity? {
        guard words.count == 9, words[0] == "sp",
            let direction = [Direction.inbound, .outbound, .forward].first(where: { "\($0.word)" == words[1] }),
            let source = prefix(words[2], words[3]), let sourcePort = UInt16(words[4]),
            let destination = prefix(words[5], words[6]), let destinationPort = UInt16(words[7]),
            let nextLayer = UInt8(words[8])
        else { return nil }
        return PolicyIdentity(
            direction: direction,
            selector: Selector(
                source: source, destination: destination, nextLayer: NextLayerProtocol(rawValue: nextLayer),
                sourcePort: sourcePort, destinationPort: destinationPort))
    }

    private static func prefix(_ address: Substring, _ length: Substring) -> AddressPrefix? {
        guard let address = IPAddress(address), let length = UInt8(length), length <= address.bitCount else {
            return nil
        }
        return AddressPrefix(address: address, length: length)
    }
}
