/// A packet mark of Linux, and which of its bits count (`xfrm_mark`): `0x1/0xff`.
package struct Mark: Hashable, Sendable, CustomStringConvertible {
    /// What everything has that nobody gave a mark: the value 0, of which no bit counts.
    package static let none = Mark(value: 0, mask: 0)

    /// What the bits that count have to be; all others are 0, as the kernel stores it (xfrm-facts 2).
    package let value: UInt32
    /// The bits that count.
    package let mask: UInt32

    /// - Parameter value: bits that the mask leaves out are dropped.
    package init(value: UInt32, mask: UInt32 = .max) {
        self.value = value & mask
        self.mask = mask
    }

    /// Whether it is no mark at all. `0x0/0xff` is one: it wants eight bits to be 0.
    package var isNone: Bool { mask == 0 }

    /// As one word, for hashes.
    package var word: UInt64 { UInt64(value) << 32 | UInt64(mask) }

    /// What an SA with the mask `mask` has to have for the kernel to find it by this mark: its look-up compares the
    /// bits that count for the SA, whatever counts for whoever asks (xfrm-facts 2.1).
    package func found(byMask mask: UInt32) -> Mark { Mark(value: value, mask: mask) }

    /// `0x1/0xff`, as the language has it.
    package var description: String { "0x\(String(value, radix: 16))/0x\(String(mask, radix: 16))" }
}

/// Which XFRM interface an SA or a policy is for (`XFRMA_IF_ID`); 0 for none.
package struct InterfaceID: RawRepresentable, Hashable, Sendable {
    /// Not bound to one.
    package static let none = InterfaceID(rawValue: 0)

    /// The number, as `ip link add ... type xfrm if_id N` has it.
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }
}
