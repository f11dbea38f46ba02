import IPsec
import KernelBackends

/// A kernel that does as it is told: what it says to each request is written beforehand.
struct ScriptedLink: KernelLink {
    /// What a request leads to.
    enum Reaction {
        case messages([[UInt8]])
        case failure(KernelErrno)
    }

    /// Whether a datagram may hold several messages.
    var takesSeveral = false
    /// By the sequence number of the request; a request without one is answered.
    var reactions: [UInt32: Reaction] = [:]
    /// What waits to be read.
    var queue: [[UInt8]] = []
    /// The sequence numbers of what was sent, and of how many messages each datagram was.
    private(set) var sent: [UInt32] = []
    private(set) var datagrams: [Int] = []
    var memory: (allocated: Int, limit: Int)?

    mutating func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? {
        var requests: [[UInt8]] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = start + Int(bytes[start + 4]) * 8
            requests.append(Array(bytes[start..<end]))
            start = end
        }
        for request in requests {
            if case .failure(let errno)? = reactions[UInt32(request[8])] { return errno }
        }
        datagrams.append(requests.count)
        for request in requests {
            let sequence = UInt32(request[8])
            sent.append(sequence)
            if case .messages(let messages)? = reactions[sequence] { queue += messages } else { queue.append(request) }
        }
        return nil
    }

    mutating func receive(into buffer: inout [UInt8]) -> KernelReception {
        guard !queue.isEmpty else { return .empty }
        buffer = queue.removeFirst()
        return .datagram(byteCount: buffer.count)
    }

    /// A bare message.
    static func message(
        _ sequence: UInt32, type: UInt8 = 3, error: UInt8 = 0, sender: UInt32 = 7, words: Int = 2
    ) -> [UInt8] {
        [2, type, error, 3, UInt8(words), 0, 0, 0, UInt8(sequence), 0, 0, 0, UInt8(sender), 0, 0, 0]
            + [UInt8](repeating: 0x6b, count: (words - 2) * 8)
    }

    static func burst(
        _ sequences: ClosedRange<UInt32>, stopsAtRefusal: Bool = false, isUnordered: Bool = false,
        known: ExchangeStops = ExchangeStops(), type: UInt8 = 3
    ) -> EncodedBurst {
        var burst = EncodedBurst(
            from: RequestID(rawValue: sequences.lowerBound), stopsAtRefusal: stopsAtRefusal,
            isUnordered: isUnordered, known: known, reserving: 0)
        for sequence in sequences { burst.append(message(sequence, type: type, words: 4)) }
        return burst
    }
}
