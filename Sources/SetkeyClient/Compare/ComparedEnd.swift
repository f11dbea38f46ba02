package import ControlProtocol
package import IPsec
import SetkeySyntax

/// One of the two ends of tunnels, as it is compared.
package struct ComparedEnd: Sendable {
    /// What it is called in messages.
    package var name: String
    /// Its SAs, without keys; with digests where these were told.
    package var associations: [AssociationRecord] = []
    /// Its policies that the language can say.
    package var policies: [SecurityPolicy] = []
    /// Whether lengths of ICVs, extended sequence numbers and wide windows are told; PF_KEY tells none of them.
    package var tellsAll = true
    /// Why its entries are not all of them.
    package var incomplete: [String] = []

    package init(name: String) {
        self.name = name
    }

    /// Takes in policies of `setkey --save`.
    mutating func add(saved text: [UInt8]) {
        var parser = Parser(text, options: ParserOptions(credentials: .unread, traits: .xfrm, allowsInclude: false))
        while let statement = parser.next() {
            if case .addPolicy(let policy) = statement.kind { policies.append(policy) }
        }
    }
}

/// Which addresses are an end's own, as far as its entries tell.
struct EndAddresses {
    /// `nil` for an end without entries, whose addresses may be any.
    private let addresses: Set<IPAddress>?

    /// By its policies, which say what is here and what is there; where they say nothing, all that it has SAs for.
    init(of end: ComparedEnd) {
        let own = Set(end.policies.compactMap { $0.ends?.own($0.identity.direction) })
        let others = end.associations.flatMap { [$0.source, $0.destination] }.compactMap { IPAddress($0) }
        let known = own.isEmpty ? Set(others) : own
        addresses = known.isEmpty ? nil : known
    }

    func contains(_ address: IPAddress) -> Bool { addresses?.contains(address) ?? true }
}

/// Between which two addresses packets are protected.
struct EndPair: Hashable {
    let source: IPAddress
    let destination: IPAddress

    /// The one on the machine whose policy of this direction it is.
    func own(_ direction: Direction) -> IPAddress { direction == .outbound ? source : destination }

    /// Whether it leads from one of two machines to the other; what goes to a group concerns both.
    func leads(between one: EndAddresses, and other: EndAddresses) -> Bool {
        destination.isMulticast || one.contains(source) && other.contains(destination)
            || one.contains(destination) && other.contains(source)
    }
}

extension SecurityPolicy {
    /// The ends of its first tunnel, or in transport mode those of its selector if they are hosts; `nil` for any other, and
    /// for what protects nothing or is not for packets that come in or leave.
    var ends: EndPair? {
        guard case .protect(let transforms) = action, !identity.isDefault,
            identity.direction == .inbound || identity.direction == .outbound
        else { return nil }
        if let tunnel = transforms.lazy.filter({ $0.mode == .tunnel }).compactMap(\.endpoints).first {
            return EndPair(source: tunnel.source, destination: tunnel.destination)
        }
        let selector = identity.selector
        guard selector.source.isHost, selector.destination.isHost else { return nil }
        return EndPair(source: selector.source.address, destination: selector.destination.address)
    }
}

extension AddressPrefix {
    fileprivate var isHost: Bool { length == address.bitCount }
}
