/// The version of client and daemon; they are released together.
package enum Version {
    package static let current = "0.1.0"
}
