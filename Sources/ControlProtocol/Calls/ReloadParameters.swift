/// `Reload`: the configuration is read again and applied; and `TurnOff` and `TurnOn`, which apply nothing, or it again.
package struct ReloadParameters: Codable, Hashable, Sendable {
    /// Go back to the former state, unless `Confirm` comes within so many seconds; 1...86,400.
    package var confirmSeconds: Int?

    package init() {}
}
