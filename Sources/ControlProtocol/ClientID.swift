/// A connection of the control socket, as long as it lasts; numbers are not used twice.
package struct ClientID: RawRepresentable, Hashable, Comparable, Sendable {
    /// Connections are numbered as they come.
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }
}
