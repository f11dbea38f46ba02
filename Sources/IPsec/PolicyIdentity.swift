/// What names a policy: direction and selector, exactly as written, and what few have: a mark, an interface id, a device;
/// not its priority, not its transforms.
///
/// What the kernel does with the packets that no policy matches has a name, too: the default of a direction.
package struct PolicyIdentity: Hashable, Sendable {
    /// Which way of the packets it looks at.
    package let direction: Direction
    /// Which packets, host bits of the prefixes included.
    package let selector: Selector
    /// What few policies have; one reference, so that the many do not pay for it.
    private let binding: Binding?

    private final class Binding: Hashable, Sendable {
        let mark: Mark
        let interfaceID: InterfaceID
        let device: Device?
        let isDefault: Bool

        init(_ mark: Mark, _ interfaceID: InterfaceID, _ device: Device?, isDefault: Bool = false) {
            (self.mark, self.interfaceID, self.device) = (mark, interfaceID, device)
            self.isDefault = isDefault
        }

        static func == (left: Binding, right: Binding) -> Bool {
            left === right
                || left.mark == right.mark && left.interfaceID == right.interfaceID && left.device == right.device
                    && left.isDefault == right.isDefault
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(mark.word)
            hasher.combine(interfaceID)
            hasher.combine(device)
            hasher.combine(isDefault)
        }
    }

    package init(
        direction: Direction, selector: Selector, mark: Mark = .none, interfaceID: InterfaceID = .none,
        device: Device? = nil
    ) {
        self.direction = direction
        self.selector = selector
        let isBound = !mark.isNone || interfaceID != .none || device != nil
        binding = isBound ? Binding(mark, interfaceID, device) : nil
    }

    /// Names what becomes of the packets of a direction that no policy matches. It has no selector: the one that it
    /// carries stands for nothing.
    package init(defaultOf direction: Direction) {
        let all = AddressPrefix(address: .unspecified(.ipv4), length: 0)
        self.init(
            direction, Selector(source: all, destination: all), Binding(.none, .none, nil, isDefault: true))
    }

    private init(_ direction: Direction, _ selector: Selector, _ binding: Binding?) {
        (self.direction, self.selector, self.binding) = (direction, selector, binding)
    }

    /// Whether it may have a mark, an interface id or a device; without, it has none of them.
    package var isBound: Bool { binding != nil }
    /// Whether it names no policy, but what becomes of the packets that none matches.
    package var isDefault: Bool { binding?.isDefault ?? false }
    /// Whether a flush of the SPD leaves it alone.
    package var outlivesFlush: Bool { direction.isPerSocket || isDefault }
    /// Which packets by their mark; part of the name exactly as the kernel stores it (xfrm-facts 2.2).
    package var mark: Mark { binding?.mark ?? .none }
    /// The XFRM interface that it is for.
    package var interfaceID: InterfaceID { binding?.interfaceID ?? .none }
    /// The device that its packets come in or leave by; `nil` for any.
    package var device: Device? { binding?.device }

    /// The same for packets of another way.
    package func turned(_ direction: Direction) -> PolicyIdentity { PolicyIdentity(direction, selector, binding) }

    /// The same for other packets.
    package func selecting(_ selector: Selector) -> PolicyIdentity { PolicyIdentity(direction, selector, binding) }

    /// The same for another device.
    package func bound(to device: Device?) -> PolicyIdentity {
        PolicyIdentity(
            direction: direction, selector: selector, mark: mark, interfaceID: interfaceID, device: device)
    }

    /// All but the addresses is one word, and what few have comes behind it.
    package func hash(into hasher: inout Hasher) {
        let ports = UInt64(selector.sourcePort) << 16 | UInt64(selector.destinationPort)
        let lengths = UInt64(selector.source.length) << 8 | UInt64(selector.destination.length)
        let numbers = UInt64(selector.nextLayer.rawValue) << 8 | UInt64(direction.rawValue)
        hasher.combine(selector.source.address)
        hasher.combine(selector.destination.address)
        hasher.combine(ports << 32 | lengths << 16 | numbers)
        if let binding { hasher.combine(binding) }
    }
}
