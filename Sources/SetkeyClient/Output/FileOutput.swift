import Glibc
import IPsec
import TextBytes

/// A descriptor that text is written to, in large pieces.
struct FileOutput {
    private static let capacity = 1 << 16

    private let descriptor: Int32
    /// Whether a reader who takes nothing is waited for without end; else as long as the socket's own limit says.
    private let waits: Bool
    private var buffer: [UInt8] = []

    static let standardOutput = FileOutput(descriptor: STDOUT_FILENO)
    static let standardError = FileOutput(descriptor: STDERR_FILENO)
    /// The socket of somebody who may be anybody.
    static let ofStranger = FileOutput(descriptor: STDOUT_FILENO, waits: false)

    private init(descriptor: Int32, waits: Bool = true) {
        (self.descriptor, self.waits) = (descriptor, waits)
    }

    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Takes `bytes`; they are written at the latest with ``flush()``.
    mutating func write(_ bytes: ArraySlice<UInt8>) throws(ClientFailure) {
        // What is large is not moved once more.
        if bytes.count >= Self.capacity {
            try flush()
            return try writeAll(bytes.span)
        }
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.capacity { try flush() }
    }

    mutating func write(_ bytes: [UInt8]) throws(ClientFailure) {
        try write(bytes[...])
    }

    mutating func write(_ text: String) throws(ClientFailure) {
        try write(Array(text.utf8))
    }

    /// Writes what has been taken.
    ///
    /// - Throws: ``ClientFailure`` without a message where the reader has gone away: the end of `setkey -D | head` is
    ///   no news.
    mutating func flush() throws(ClientFailure) {
        guard !buffer.isEmpty else { return }
        defer { buffer.removeAll(keepingCapacity: true) }
        try writeAll(buffer.span)
    }

    private func writeAll(_ bytes: Span<UInt8>) throws(ClientFailure) {
        var done = 0
        while done < bytes.count {
            do throws(KernelErrno) {
                done += try SystemCalls.write(bytes.extracting(done...), to: descriptor)
            } catch {
                switch error.rawValue {
                case EINTR: break
                // Where waiting fails, the next attempt to write tells why.
                case EAGAIN where waits: try? SystemCalls.wait(for: POLLOUT, on: descriptor)
                case let number: throw Self.failure(number)
                }
            }
        }
    }

    private static func failure(_ error: Int32) -> ClientFailure {
        if error == EPIPE { return ClientFailure(.failure, "") }
        return ClientFailure(.failure, "cannot write the output: \(systemErrorText(error))")
    }
}
