/// `Flush`: empties a database.
package struct FlushParameters: Codable, Hashable, Sendable {
    /// Which of the two.
    package var database: DatabaseName
    /// Nothing for all; for associations only.
    package var `protocol`: ProtocolName?

    package init(database: DatabaseName) {
        self.database = database
    }
}
