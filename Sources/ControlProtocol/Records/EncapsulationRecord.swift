/// The ports of ESP in UDP.
package struct EncapsulationRecord: Codable, Hashable, Sendable {
    package var sourcePort: Int
    package var destinationPort: Int
}
