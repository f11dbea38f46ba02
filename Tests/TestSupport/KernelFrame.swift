/// What a test that hosts a kernel says to the daemon that uses it; the daemon itself sends bare PF_KEY datagrams.
package enum KernelFrame: Hashable, Sendable {
    /// A message of the kernel.
    case message([UInt8])
    /// The datagram that the daemon sent has been worked on, its answers have gone before; 0, or the errno with which
    /// sending it failed.
    case sent(errno: UInt8)

    package init?(_ bytes: ArraySlice<UInt8>) {
        switch bytes.first {
        case 0: self = .message(Array(bytes.dropFirst()))
        case 1 where bytes.count == 2: self = .sent(errno: bytes[bytes.startIndex + 1])
        default: return nil
        }
    }

    package var bytes: [UInt8] {
        switch self {
        case .message(let datagram): [0] + datagram
        case .sent(let errno): [1, errno]
        }
    }
}
