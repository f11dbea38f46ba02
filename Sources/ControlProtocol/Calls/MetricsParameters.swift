/// `Metrics`: figures, as `setkey --metrics` prints them.
package struct MetricsParameters: Codable, Hashable, Sendable {
    /// `setkey --per-sa`: those of each SA as well.
    package var perAssociation: Bool?

    package init() {}
}
