import IPsec
import KernelBackends

@testable import SetkeyCore

extension Machine {
    /// The kernel interface by which the daemon talks to the simulated kernel.
    enum Door: CaseIterable {
        case pfKey
        case xfrm

        private static let signature: UInt32 = 0x5e7b_1d01
        private static let portID: UInt32 = 0x5e7d_0001

        /// What the interface is called, and can carry.
        var traits: KernelTraits {
            switch self {
            case .pfKey: .pfKey
            case .xfrm: .xfrm
            }
        }

        /// - Parameter tellsKeys: whether the kernel is known to tell keys, where XFRM tells some that are all zero.
        func translation(tellsKeys: Bool = true) -> KernelTranslation {
            switch self {
            case .pfKey: KernelTranslation(PFKeyCodec(processID: 99, signature: Self.signature))
            case .xfrm: KernelTranslation(XFRMCodec(processID: 99, portID: Self.portID) { tellsKeys })
            }
        }

        var exchange: Exchange {
            switch self {
            case .pfKey: Exchange(awaiting: PFKeyAwaitedAnswer.self)
            case .xfrm: Exchange(awaiting: XFRMAwaitedAnswer.self)
            }
        }

        /// Opens the sockets of a daemon.
        func open(_ kernel: inout SimulatedKernel, receiveLimit: Int) -> any SimulatedDoor {
            switch self {
            case .pfKey: SimulatedPFKeyDoor(of: &kernel, receiveLimit: receiveLimit)
            case .xfrm: SimulatedXFRMDoor(of: &kernel, portID: Self.portID, receiveLimit: receiveLimit)
            }
        }

        /// The numbers of the requests in a datagram.
        func sequences(of datagram: [UInt8]) -> [UInt32] {
            guard self == .xfrm else { return PFKeyHeader(ofDatagram: datagram.span).map { [$0.sequence] } ?? [] }
            var sequences: [UInt32] = []
            var messages = NetlinkDatagram(byteCount: datagram.count)
            while let range = messages.next(in: datagram.span),
                let header = NetlinkHeader(ofMessage: datagram.span.extracting(range))
            {
                sequences.append(header.sequence)
            }
            return sequences
        }
    }
}
