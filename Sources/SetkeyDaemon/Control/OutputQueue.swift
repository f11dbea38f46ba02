/// Bytes that wait to be written to a socket.
struct OutputQueue {
    private var bytes: [UInt8] = []
    /// Up to where they have been written.
    private var written = 0

    /// How many wait.
    var count: Int { bytes.count - written }
    var isEmpty: Bool { count == 0 }

    /// Lets `body` append to the queue.
    mutating func append<Failure>(_ body: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) {
        // The written part goes when it is the larger one, so that each byte is moved once at most.
        if written > count {
            // Not in place: replies carry keys, and memory is wiped when it goes.
            bytes = Array(bytes[written...])
            written = 0
        }
        try body(&bytes)
    }

    /// Writes until nothing waits (`.bytes`), or the socket takes no more, or fails.
    mutating func write(to descriptor: FileDescriptor) -> FileDescriptor.Transfer {
        while !isEmpty {
            switch descriptor.send(bytes[written...]) {
            case .bytes(let count): written += count
            case let other: return other
            }
        }
        let total = written
        bytes = []
        written = 0
        return .bytes(total)
    }
}
