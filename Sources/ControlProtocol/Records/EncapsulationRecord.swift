/// The ports of ESP in UDP.
package struct EncapsulationRecord: Codable, Hashable, Sendable {
    /// The UDP port that packets come from, 0...65,535.
    package var sourcePort: Int
    /// The UDP port that they go to, 0...65,535.
    package var destinationPort: Int
}
