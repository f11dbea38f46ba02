import Glibc
import IPsec
import KernelBackends
import Synchronization

@testable import SetkeyDaemon

/// A kernel at the other end of a socket pair: what it says to a request is there when that has been sent.
nonisolated final class SocketPairLink: PollableLink {
    let descriptor: FileDescriptor
    private let kernel: FileDescriptor
    /// Says what the kernel answers to a request.
    private let answer: @Sendable ([UInt8]) -> [[UInt8]]
    /// What the kernel says of the socket.
    let fill = Mutex<(allocated: Int, limit: Int)?>(nil)

    init(answer: @escaping @Sendable ([UInt8]) -> [[UInt8]] = { [$0] }) throws {
        var ends: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0 else {
            throw KernelErrno(rawValue: errno)
        }
        descriptor = FileDescriptor(owning: ends[0])
        kernel = FileDescriptor(owning: ends[1])
        descriptor.setNonBlocking()
        kernel.setNonBlocking()
        self.answer = answer
    }

    func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? {
        for message in answer(Array(bytes[range])) { _ = say(message) }
        return nil
    }

    /// Has the kernel say something of its own; false if there is no room for it in the socket.
    func say(_ message: [UInt8]) -> Bool {
        kernel.send(message[...]) == .bytes(message.count)
    }

    /// Waits until there is room in the socket; false if there is none for `milliseconds`.
    func hasRoom(within milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: kernel.rawValue, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&descriptor, 1, milliseconds) == 1
    }

    func receive(into buffer: inout [UInt8]) -> KernelReception {
        switch descriptor.receive(into: &buffer) {
        case .bytes(let count): .datagram(byteCount: count)
        case .wouldBlock, .end: .empty
        case .failed(let errno): .failed(KernelErrno(rawValue: errno))
        }
    }

    var memory: (allocated: Int, limit: Int)? { fill.withLock { $0 } }

    /// A bare PF_KEY message, made longer by what stands for keys.
    static func message(_ sequence: UInt8, error: UInt8 = 0, sender: UInt8 = 7, byteCount: Int = 32) -> [UInt8] {
        [2, 3, error, 3, UInt8(byteCount / 8), 0, 0, 0, sequence, 0, 0, 0, sender, 0, 0, 0]
            + [UInt8](repeating: 0x6b, count: byteCount - 16)
    }

    static func burst(
        _ sequences: ClosedRange<UInt8>, stopsAtRefusal: Bool = false, known: ExchangeStops = ExchangeStops()
    ) -> EncodedBurst {
        var burst = EncodedBurst(
            from: RequestID(rawValue: UInt32(sequences.lowerBound)), stopsAtRefusal: stopsAtRefusal, known: known,
            reserving: 0)
        for sequence in sequences { burst.append(message(sequence)) }
        return burst
    }
}
