/// The version of client and daemon; they are released together.
package enum Version {
    /// As in the changelog: major, minor and patch, separated by dots.
    package static let current = "0.1.0"
}
