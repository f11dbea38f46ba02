internal import CLinux
package import IPsec

/// One of the two sockets of XFRM netlink. On a single one, answers to us would be lost with events of others
/// (xfrm-facts B1.1).
package enum XFRMEnd: Sendable {
    /// Hears of what anybody does.
    case events
    /// Asks, and is answered.
    case requests
}

/// What a reception on a netlink socket comes to.
package enum NetlinkReception: Sendable, Equatable {
    /// A datagram of so many bytes, which may be more than there was room for.
    case bytes(Int)
    case empty
    /// `ENOBUFS` where messages have been lost.
    case failed(KernelErrno)
}

/// What both ends say, message by message. The kernel has queued the events of a request, and its answer, when `send`
/// returns; whatever was done before the answer is told before it.
package struct XFRMReception: Sendable {
    /// The longest datagram of a dump; the kernel fills no more (xfrm-facts B2).
    private static let capacity = 32 << 10

    private var bytes = [UInt8](repeating: 0, count: capacity)
    private var datagram = NetlinkDatagram()
    /// Whether events have been lost, which nobody has been told.
    private var hasLost = false

    package init() {}

    /// Receives one message over the beginning of `buffer`, without waiting.
    ///
    /// A loss is told when nothing is left of what was before it: until then the kernel drops every event without a word
    /// (xfrm-facts B1.1), and a dump that was asked for would miss what happens meanwhile.
    ///
    /// A dump for which memory runs out never ends, and every other one is refused with `EBUSY` (xfrm-facts B2): only a
    /// new socket can ask for one again.
    /// - Parameters:
    ///   - receive: receives a datagram of one end.
    ///   - reopen: opens the end that asks anew, at its old address.
    package mutating func receive(
        into buffer: inout [UInt8], from receive: (XFRMEnd, inout [UInt8]) -> NetlinkReception,
        reopeningBy reopen: () throws(KernelErrno) -> Void
    ) -> KernelReception {
        do throws(KernelErrno) {
            while true {
                if let range = nextMessage() {
                    let isStuck = Self.saysThatADumpIsStuck(bytes.span.extracting(range))
                    buffer.overwrite(with: bytes, range)
                    bytes.overwriteWithZeros(in: range)
                    if isStuck { try reopen() }
                    return .datagram(byteCount: range.count)
                }
                switch next(from: receive) {
                case .bytes(let count):
                    guard count <= bytes.count else {
                        bytes.overwriteWithZeros(first: bytes.count)
                        return .overrun
                    }
                    datagram = NetlinkDatagram(byteCount: count)
                case .lost: return .overrun
                case .failed(.noBuffers):
                    try reopen()
                    return .overrun
                case .failed(let errno): throw errno
                case .empty: return .empty
                }
            }
        } catch {
            return .failed(error)
        }
    }

    private enum Next {
        case bytes(Int)
        case empty
        /// Events have been lost, and those before have been read.
        case lost
        case failed(KernelErrno)
    }

    private mutating func next(from receive: (XFRMEnd, inout [UInt8]) -> NetlinkReception) -> Next {
        while true {
            switch receive(.events, &bytes) {
            case .bytes(let count): return .bytes(count)
            case .failed(.noBuffers): hasLost = true
            case .failed(let errno): return .failed(errno)
            case .empty:
                if hasLost {
                    hasLost = false
                    return .lost
                }
                return switch receive(.requests, &bytes) {
                case .bytes(let count): .bytes(count)
                case .empty: .empty
                case .failed(let errno): .failed(errno)
                }
            }
        }
    }

    private static func saysThatADumpIsStuck(_ message: Span<UInt8>) -> Bool {
        guard NetlinkHeader(ofMessage: message)?.type == .error else { return false }
        var reader = WireReader(message)
        guard (try? reader.skip(NetlinkHeader.byteCount)) != nil, let number = try? reader.read(Int32.self) else {
            return false
        }
        return number == -KernelErrno.busy.rawValue || number == -KernelErrno.noBuffers.rawValue
    }

    /// Where the next message of the datagram that was received last lies.
    private mutating func nextMessage() -> Range<Int>? {
        var rest = datagram
        defer { datagram = rest }
        return rest.next(in: bytes.span)
    }
}
