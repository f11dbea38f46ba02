/// `Reload`: the configuration is read again and applied.
package struct ReloadParameters: Codable, Hashable, Sendable {
    /// Go back to the former state, unless `Confirm` comes within so many seconds; 1...86,400.
    package var confirmSeconds: Int?

    package init() {}
}
