import Synchronization

/// Values that nobody needs any more, to be freed away from the main queue: a million entries take longer than the loop
/// may be held.
package final class Garbage: Sendable {
    private let held: Mutex<[any Sendable]>

    init(_ values: [any Sendable]) {
        held = Mutex(values)
    }

    /// Frees them, by whatever thread calls.
    package func free() {
        let values = held.withLock { values in
            defer { values = [] }
            return values
        }
        _ = consume values
    }
}
