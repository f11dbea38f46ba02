import IPsec

/// A request on its way to the kernel and back: one reference, for it passes through many hands.
final class Flight: Sendable {
    /// How requests of a burst are asked.
    struct Manner: Hashable, Sendable {
        /// Whether a request that is refused keeps those behind it from being sent.
        var stopsAtRefusal = false
        /// Whether what a request replaces or removes is wanted, to undo it.
        var keepsFormer = false
    }

    let id: RequestID
    let requester: Requester
    let item: RequestRun.Item
    let manner: Manner
    /// Whether this is the second try, after the first one's answer was lost.
    let isRepeated: Bool

    init(id: RequestID, requester: Requester, item: RequestRun.Item, manner: Manner, isRepeated: Bool) {
        self.id = id
        self.requester = requester
        self.item = item
        self.manner = manner
        self.isRepeated = isRepeated
    }

    var request: KernelRequest { item.request }

    var isDump: Bool {
        switch request {
        case .dump, .dumpPolicies: true
        default: false
        }
    }
}
