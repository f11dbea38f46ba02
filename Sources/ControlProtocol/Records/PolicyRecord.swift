/// A policy as a record for other programs.
package struct PolicyRecord: Codable, Hashable, Sendable {
    package var direction: Word<DirectionName>
    /// Address with prefix length.
    package var source: String
    package var destination: String
    package var sourcePort: Int
    package var destinationPort: Int
    /// IP protocol number; 255 is any.
    package var nextLayer: Int
    package var action: Word<ActionName>
    /// `esp/tunnel/192.0.2.1-192.0.2.2/require`, in order.
    package var transforms: [String]
    package var priority: Int
    package var index: Int?
    /// Seconds since 1970; 0 for never.
    package var created: Int
    package var lastUsed: Int
    /// Seconds; 0 for unlimited.
    package var lifetime: Int
    package var validTime: Int

    package init(
        direction: Word<DirectionName>, source: String, destination: String, sourcePort: Int, destinationPort: Int,
        nextLayer: Int, action: Word<ActionName>, transforms: [String], priority: Int, index: Int?, created: Int,
        lastUsed: Int, lifetime: Int, validTime: Int
    ) {
        self.direction = direction
        self.source = source
        self.destination = destination
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.nextLayer = nextLayer
        self.action = action
        self.transforms = transforms
        self.priority = priority
        self.index = index
        self.created = created
        self.lastUsed = lastUsed
        self.lifetime = lifetime
        self.validTime = validTime
    }
}
