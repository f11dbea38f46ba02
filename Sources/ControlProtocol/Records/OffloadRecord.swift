package import IPsec

/// What a network device does for an SA.
package struct OffloadRecord: Codable, Hashable, Sendable {
    /// As `-hwif` names it.
    package var device: String
    /// `crypto` or `packet`.
    package var kind: String
    /// `in` or `out`.
    package var direction: String

    /// The record of `offload`.
    package init(_ offload: Offload) {
        device = offload.device.description
        kind = "\(offload.word)"
        direction = "\(offload.direction.word)"
    }
}
