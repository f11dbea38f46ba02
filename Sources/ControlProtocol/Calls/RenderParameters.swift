/// `Render`: a dump as `setkey -D` or `setkey -DP` prints it.
package struct RenderParameters: Codable, Hashable, Sendable {
    /// Which database.
    package var database: DatabaseName
    /// Nothing for all.
    package var `protocol`: ProtocolName?
    /// `setkey -a`.
    package var includeDead: Bool?
    /// `setkey -p`.
    package var showPorts: Bool?
    /// `setkey -N`.
    package var hidePerSocket: Bool?
    /// `setkey --show-keys`; for the privileged alone.
    package var showKeys: Bool?

    package init(database: DatabaseName) {
        self.database = database
    }
}
