package import ArgumentParser

/// Which way the packet of `--explain` goes.
package enum PacketWay: EnumerableFlag {
    /// `--out`: this machine sends it.
    case outbound
    /// `--in`: it is for this machine.
    case inbound
    /// `--forward`: this machine passes it on.
    case forwarded

    package static func name(for value: Self) -> NameSpecification {
        switch value {
        case .outbound: .customLong("out")
        case .inbound: .customLong("in")
        case .forwarded: .customLong("forward")
        }
    }

    package static func help(for value: Self) -> ArgumentHelp? {
        switch value {
        case .outbound: "With --explain: this machine sends the packet (default)."
        case .inbound: "With --explain: the packet comes in, for this machine."
        case .forwarded: "With --explain: the packet comes in, and leaves again."
        }
    }
}
