import KernelBackends

/// What has happened between us and the kernel, on its way from one thread to the other.
nonisolated struct ExchangeBatch: Sendable {
    /// What a batch has room for: messages of the kernel have some 300 bytes, and the longest about 2 KiB.
    private static let capacity = 16 << 10

    private var steps: [ExchangeStep] = []
    /// The messages, one after the other.
    private var bytes: [UInt8] = []
    // How far it has been read.
    private var position = 0
    private var offset = 0

    init() {
        steps.reserveCapacity(128)
        bytes.reserveCapacity(Self.capacity)
    }

    var isEmpty: Bool { steps.isEmpty }

    /// Whether it is to go on its way.
    var isFull: Bool { bytes.count >= Self.capacity - 2048 || steps.count >= 128 }

    /// How many bytes it holds: of messages, and of what happened without one.
    var byteCount: Int { bytes.count + steps.count * MemoryLayout<ExchangeStep>.stride }

    /// Adds what happened; `buffer` begins with the message, if it is one.
    mutating func append(_ step: ExchangeStep, _ buffer: [UInt8]) {
        steps.append(step)
        if case .message(let byteCount, _) = step { bytes += buffer[..<byteCount] }
    }

    /// The next of it, in order, with its message at the beginning of `buffer`; `nil` at the end.
    mutating func next(into buffer: inout [UInt8]) -> ExchangeStep? {
        guard position < steps.count else { return nil }
        let step = steps[position]
        position += 1
        if case .message(let byteCount, _) = step {
            buffer.overwrite(with: bytes, offset..<offset + byteCount)
            offset += byteCount
        }
        return step
    }

    /// Forgets everything, what may be keys first, and keeps the memory.
    mutating func reset() {
        bytes.wipe()
        steps.removeAll(keepingCapacity: true)
        position = 0
        offset = 0
    }
}
