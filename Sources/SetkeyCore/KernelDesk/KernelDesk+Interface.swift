import IPsec

// By what the kernel is spoken to, and what its messages are read with.

extension KernelDesk {
    /// Of the kernel interface in use.
    var traits: KernelTraits { move.traits }
    /// Of the one to which ``moveToRicher()`` leads; `nil` if there is none.
    var richerTraits: KernelTraits? { move.richer }

    /// What a text may say: by the interface in use, or by the richer one, which it leads to.
    var textTraits: KernelTraits { richerTraits.map(traits.united) ?? traits }

    /// Whether the kernel has an SA of which the interface in use tells only a part, and there is one that tells all.
    var isSightPoor: Bool { mirror.hasDegraded && move.isWorthIt }

    /// The network devices are these.
    /// - Returns: whether policies of the mirror may be told by other names now.
    mutating func know(_ devices: Devices) -> Bool {
        defer { mirror.policies.devices = devices }
        return mirror.policies.areRenamed(by: devices)
    }
}
