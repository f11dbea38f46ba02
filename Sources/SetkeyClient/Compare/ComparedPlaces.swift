import ControlProtocol
import IPsec
import SetkeySyntax

// What is equal for entries of two ends that belong together, and what they are called.

/// The place of an SA: its name without the mark, which is each machine's own matter.
struct AssociationPlace: Hashable, Comparable {
    private let destination: String
    private let ipsecProtocol: String
    private let spi: Int

    init(_ record: AssociationRecord) {
        (destination, ipsecProtocol, spi) = (record.destination, record.protocol.rawValue, record.spi)
    }

    static func < (left: Self, right: Self) -> Bool {
        (left.destination, left.ipsecProtocol, left.spi) < (right.destination, right.ipsecProtocol, right.spi)
    }
}

extension AssociationRecord {
    /// Whether it is more than an SPI that is reserved.
    var isKeyed: Bool { state != .known(.larval) }

    /// Where its packets come from and go.
    var ends: EndPair? {
        guard let source = IPAddress(source), let destination = IPAddress(destination) else { return nil }
        return EndPair(source: source, destination: destination)
    }

    /// `esp 192.0.2.1 192.0.2.2 spi 0x00001001`.
    var placeText: String { "\(`protocol`) \(source) \(destination) spi \(Quantity.spi(spi))" }
}

/// The place of a policy: its direction here, and which packets it is for; without mark, interface id and device, which
/// are each machine's own matter.
struct PolicyPlace: Hashable, Comparable {
    private let text: String

    init(_ policy: SecurityPolicy) {
        var selector = policy.identity.selector
        // Bits behind the prefix match nothing.
        selector.source = selector.source.withoutHostBits
        selector.destination = selector.destination.withoutHostBits
        text = PolicyPlace.text(policy.identity.direction, selector)
    }

    static func < (left: Self, right: Self) -> Bool { left.text < right.text }

    /// `out 10.1.0.0/16 10.2.0.0/16 any`.
    static func text(_ direction: Direction, _ selector: Selector) -> String {
        var bytes = Array("\(direction.word) ".utf8)
        selector.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension SecurityPolicy {
    /// Whether the other end has to have a policy for it: not for what is forwarded, which another one lets in.
    var isComparable: Bool {
        !identity.isDefault && (identity.direction == .inbound || identity.direction == .outbound)
    }

    var protects: Bool { if case .protect = action { true } else { false } }

    /// As the other end should have it: for the same packets, which come in there and leave here, or the other way round.
    var turnedRound: SecurityPolicy {
        var other = self
        other.identity = identity.turned(identity.direction == .outbound ? .inbound : .outbound)
        return other
    }

    var placeText: String { PolicyPlace.text(identity.direction, identity.selector) }
}

extension AddressPrefix {
    fileprivate var withoutHostBits: AddressPrefix {
        AddressPrefix(address: address.masked(toPrefix: length), length: length)
    }
}
