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

/// What both ends say, message by message. The kernel has queued the events of a request, and its answer, when `send`
/// returns; whatever was done before the answer is told before it.
package struct XFRMReception: Sendable {
    private var batch = NetlinkBatch()
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
    ///   - receive: receives datagrams of one end, without waiting; none where there are none.
    ///   - reopen: opens the end that asks anew, at its old address.
    package mutating func receive(
        into buffer: inout [UInt8], from receive: (XFRMEnd, inout NetlinkBatch) -> KernelErrno?,
        reopeningBy reopen: () throws(KernelErrno) -> Void
    ) -> KernelReception {
        do throws(KernelErrno) {
            while true {
                switch batch.next() {
                case .message(let range):
                    let isStuck = Self.saysThatADumpIsStuck(batch.bytes.span.extracting(range))
                    buffer.overwrite(with: batch.bytes, range)
                    batch.bytes.overwriteWithZeros(in: range)
                    if isStuck { try reopen() }
                    return .datagram(byteCount: range.count)
                case .truncated: return .overrun
                case .end: break
                }
                switch refill(from: receive) {
                case .received: continue
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

    /// Forgets what has been received and not been read, what may be keys first.
    package mutating func wipe() { batch.wipe() }

    private enum Refill {
        case received
        case empty
        /// Events have been lost, and those before have been read.
        case lost
        case failed(KernelErrno)
    }

    private mutating func refill(from receive: (XFRMEnd, inout NetlinkBatch) -> KernelErrno?) -> Refill {
        while true {
            batch.clear()
            switch receive(.events, &batch) {
            case KernelErrno.noBuffers: hasLost = true
            case let errno?: return .failed(errno)
            case nil where !batch.byteCounts.isEmpty: return .received
            case nil:
                if hasLost {
                    hasLost = false
                    return .lost
                }
                if let errno = receive(.requests, &batch) { return .failed(errno) }
                return batch.byteCounts.isEmpty ? .empty : .received
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
}
