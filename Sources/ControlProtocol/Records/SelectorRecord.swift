package import IPsec

/// What traffic an SA is for, where it says so itself.
package struct SelectorRecord: Codable, Hashable, Sendable {
    /// Where it comes from: an address with its prefix length, which is left out where it is full.
    package var source: String
    /// Where it goes, in the same way.
    package var destination: String
    /// Of ICMP the type, of GRE the upper half of the key; 0 for any.
    package var sourcePort: Int
    /// Of ICMP the code, of GRE the lower half of the key; 0 for any.
    package var destinationPort: Int
    /// IP protocol number, 0...254, or 255 for any.
    package var nextLayer: Int

    /// The record of `selector`.
    package init(_ selector: Selector) {
        source = selector.source.description
        destination = selector.destination.description
        sourcePort = Int(selector.sourcePort)
        destinationPort = Int(selector.destinationPort)
        nextLayer = Int(selector.nextLayer.rawValue)
    }
}
