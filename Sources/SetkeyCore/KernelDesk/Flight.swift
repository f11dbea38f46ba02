import IPsec

/// A request on its way to the kernel and back; it passes through many hands, so most of it is in one reference.
struct Flight: Sendable {
    /// How requests of a burst are asked.
    struct Manner: Hashable, Sendable {
        /// Whether a request that is refused keeps those behind it from being sent.
        var stopsAtRefusal = false
        /// Whether what a request replaces or removes is wanted, to undo it.
        var keepsFormer = false
    }

    /// Those that were asked together.
    final class Group: Sendable {
        let items: [RequestRun.Item]
        let requester: Requester
        let manner: Manner
        /// Whether this is the second try, after the first one's answer was lost.
        let isRepeated: Bool

        init(_ items: [RequestRun.Item], for requester: Requester, _ manner: Manner, isRepeated: Bool = false) {
            self.items = items
            self.requester = requester
            self.manner = manner
            self.isRepeated = isRepeated
        }
    }

    let id: RequestID
    private let group: Group
    private let index: Int

    /// - Parameter index: of its item in the group.
    init(_ id: RequestID, in group: Group, at index: Int) {
        self.id = id
        self.group = group
        self.index = index
    }

    var item: RequestRun.Item { group.items[index] }
    var request: KernelRequest { group.items[index].request }
    var requester: Requester { group.requester }
    var manner: Manner { group.manner }
    var isRepeated: Bool { group.isRepeated }

    var isDump: Bool {
        switch request {
        case .dump, .dumpPolicies: true
        default: false
        }
    }
}
