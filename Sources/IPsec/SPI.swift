import TextBytes

/// The Security Parameters Index (RFC 4301, 4.1), in host byte order; only the codecs swap.
///
/// 0...255 are reserved by IANA (RFC 4303, 2.1) and refused by the language; the kernel accepts them, so the type does.
package struct SPI: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The 32 bits, in host byte order; of IPComp the lower 16 (its CPI).
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static func < (left: SPI, right: SPI) -> Bool {
        left.rawValue < right.rawValue
    }

    /// Hexadecimal, as the language reads it: `0x1e241`.
    package var description: String {
        var text: [UInt8] = []
        text.append("0x")
        text.append(hexadecimal: rawValue)
        return String(decoding: text, as: UTF8.self)
    }
}

/// The kernel's link between SAs and the transforms that want exactly them; 0 means none.
///
/// Linux keeps 1...16383 (`IPSEC_MANUAL_REQID_MAX`) for manual use in policies and draws larger ones itself.
package struct ReqID: RawRepresentable, Hashable, Sendable {
    /// The largest value that a policy written by hand may name.
    package static let manualMaximum: UInt32 = 16383
    /// No link.
    package static let none = ReqID(rawValue: 0)

    /// The number, in host byte order; in policies written by hand at most ``manualMaximum``.
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }
}

/// The receiver's anti-replay window, in packets (RFC 4303, 3.4.3); 0 turns the check off.
///
/// How wide it may be, the kernel interface says (``KernelTraits/maximumReplayWindow``).
package struct ReplayWindow: RawRepresentable, Hashable, Comparable, Sendable {
    /// What an SA that authenticates its packets has unless its statement says otherwise; PF_KEY carries no wider one
    /// (kernel-facts K4).
    package static let ordinary = ReplayWindow(rawValue: 32)
    /// No replay check.
    package static let disabled = ReplayWindow(rawValue: 0)
    /// The widest one that Linux has a bitmap for (`XFRMA_REPLAY_ESN_MAX`).
    package static let widest = ReplayWindow(rawValue: 4096)

    /// Packets, 0...4096.
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package static func < (left: ReplayWindow, right: ReplayWindow) -> Bool { left.rawValue < right.rawValue }
}
