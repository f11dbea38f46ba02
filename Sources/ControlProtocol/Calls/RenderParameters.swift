/// `Render`: a dump as `setkey -D` or `setkey -DP` prints it, or as `setkey --save` does.
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
    /// `setkey --save`: statements that make the entries again, oldest first. What shows ports, and what hides, means
    /// nothing then; without ``showKeys`` keys are `@NAME`.
    package var statements: Bool?
    /// `setkey --save --owned`: statements only of what the daemon's file declares, or has declared.
    package var ownedOnly: Bool?

    package init(database: DatabaseName) {
        self.database = database
    }
}
