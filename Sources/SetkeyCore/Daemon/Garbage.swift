import Synchronization

/// Values that nobody needs any more, to be freed away from the main queue: a million entries take longer than the loop
/// may be held.
package final class Garbage: Sendable {
    private let held: Mutex<[any Sendable]>
    /// How many entries they hold, or others have held that have been freed already, about.
    private let size: Int

    init(_ values: [any Sendable], size: Int) {
        held = Mutex(values)
        self.size = size
    }

    /// Whether the memory should be given back to the kernel when they have been freed, which takes its time.
    package var isLarge: Bool { size >= 20 * Daemon.slice }

    /// Frees them, by whatever thread calls.
    package func free() {
        let values = held.withLock { values in
            defer { values = [] }
            return values
        }
        _ = consume values
    }
}
