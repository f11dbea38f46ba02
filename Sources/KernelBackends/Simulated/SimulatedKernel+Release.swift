internal import IPsec

extension SimulatedKernel {
    /// The kernel series that is imitated, where they differ.
    package enum Release: String, Sendable, CaseIterable {
        /// The kernel of Debian 12.
        case linux6_1 = "6.1"
        /// The kernel of Debian 13.
        case linux6_12 = "6.12"

        /// What a message of `byteCount` bytes costs of its receiver's buffer (`skb->truesize`; kernel-facts 3.3).
        ///
        /// The sum of the descriptor, the data rounded up to cache lines, and the trailer behind it, in the size that
        /// the allocator has; 6.12 has a cache of its own for small ones.
        package func cost(ofMessage byteCount: Int) -> Int {
            let descriptor = 256
            let trailer = 320
            let smallHead = 640
            let wanted = (byteCount + 16 + 63) / 64 * 64 + trailer
            if self == .linux6_12, wanted <= smallHead { return descriptor + smallHead }
            var size = 512
            while size < wanted { size *= 2 }
            return descriptor + size
        }

        /// Whether `sadb_x_nat_t_type_type` may be `type`; 1, the non-IKE encapsulation, went with 6.12.
        func acceptsEncapsulation(_ type: UInt8) -> Bool {
            type == NATTraversal.espInUDP || (type == 1 && self == .linux6_1)
        }
    }
}
