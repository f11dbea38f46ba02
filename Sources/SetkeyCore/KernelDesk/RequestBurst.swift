package import IPsec

/// Requests that the kernel is asked one after the other, while the core goes on.
///
/// Each is sent when the one before it has been answered, so cause and effect keep their order. One that is refused
/// ends the burst if it ``stopsAtRefusal``; one whose answer does not come ends every burst, because it is asked again
/// and what follows it must not overtake that. The requests that a burst has left then, and those of the bursts behind
/// it that were handed over before the core was told (after a refusal only those that stop at one), come back as
/// ``Event/unsent(_:count:)``: the kernel has not seen them, and they may be asked again.
package struct RequestBurst: Sendable {
    /// The id of the first request; those that follow have the ids that follow.
    package let firstID: RequestID
    /// Not empty.
    package let requests: [KernelRequest]
    /// Whether a request that is refused keeps those behind it from being sent.
    package let stopsAtRefusal: Bool

    /// - Parameter requests: not empty; they have the ids from `firstID` on.
    package init(from firstID: RequestID, _ requests: [KernelRequest], stopsAtRefusal: Bool) {
        self.firstID = firstID
        self.requests = requests
        self.stopsAtRefusal = stopsAtRefusal
    }
}
