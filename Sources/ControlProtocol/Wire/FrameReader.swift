import TextBytes

/// Cuts a stream of bytes into Varlink's frames: JSON objects, each ended by a NUL.
///
/// A pure value: bytes are appended as they come, frames are taken as they are complete. What it holds is bounded by
/// its owner, who stops appending when ``isFull``.
package struct FrameReader: Sendable {
    /// The longest call that the daemon reads, in bytes without the NUL: four times what the client puts into one.
    package static let maximumCall = 1 << 20
    /// The longest reply that the client reads: `Plan` and `Reload` are not streamed.
    package static let maximumReply = 64 << 20

    /// The longest frame that this reader takes, in bytes without the NUL.
    package let maximumFrame: Int

    /// As much as is read at once: the part of a dump that travels in a frame, and its envelope. Room is made where less
    /// than 4 KiB of that is left.
    private static let room = (128 + 8) << 10

    private var buffer: [UInt8] = []
    /// Where the next frame begins.
    private var start = 0
    /// Up to where no NUL was found.
    private var searched = 0

    /// - Parameter maximumFrame: in bytes without the NUL; a longer frame is an error of ``next()``.
    package init(maximumFrame: Int) {
        self.maximumFrame = maximumFrame
    }

    /// Bytes that have come and are not yet taken.
    package var bufferedCount: Int { buffer.count - start }

    /// Whether more than a frame is held: time to stop reading the socket.
    package var isFull: Bool { bufferedCount > maximumFrame }

    /// Lets `read` append as much as there is room for.
    package mutating func append<Result, Failure>(
        _ read: (inout OutputSpan<UInt8>) throws(Failure) -> Result?
    ) throws(Failure) -> Result? {
        discardTakenBytes()
        let free = buffer.capacity - buffer.count
        var result: Result?
        try buffer.append(addingCapacity: free < 4096 ? Self.room : free) { output throws(Failure) in
            result = try read(&output)
        }
        return result
    }

    /// Takes in what was read.
    package mutating func append(_ bytes: ArraySlice<UInt8>) {
        discardTakenBytes()
        buffer.append(contentsOf: bytes)
    }

    /// The next complete frame, without its NUL; `nil` until there is one.
    package mutating func next() throws(FrameError) -> [UInt8]? {
        guard let end = indexOfNUL() else {
            guard !isFull else { throw .oversize(limit: maximumFrame) }
            return nil
        }
        guard end - start <= maximumFrame else { throw .oversize(limit: maximumFrame) }
        if start == 0, end >= buffer.count / 2 { return takeBuffer(through: end) }
        let frame = Array(buffer[start..<end])
        start = end + 1
        searched = start
        if start == buffer.count { reset() }
        return frame
    }

    private mutating func indexOfNUL() -> Int? {
        if let index = buffer.span.firstIndex(of: 0, from: searched) { return index }
        searched = buffer.count
        return nil
    }

    /// Forgets the bytes of frames that were taken, where moving the rest is cheap against them.
    private mutating func discardTakenBytes() {
        guard start > bufferedCount else { return }
        // Not in place, where the bytes would stay behind the rest: frames carry keys, and memory is wiped when it goes.
        buffer = Array(buffer[start...])
        searched -= start
        start = 0
    }

    /// Most of what is held is one frame and its NUL: the buffer itself is given away, and the rest moves.
    private mutating func takeBuffer(through end: Int) -> [UInt8] {
        var frame = buffer
        reset(to: Array(buffer[(end + 1)...]))
        frame.removeLast(frame.count - end)
        return frame
    }

    /// What was taken is given back, and wiped with that.
    private mutating func reset(to rest: [UInt8] = []) {
        buffer = rest
        start = 0
        searched = 0
    }
}
