/// `Monitor`: every kernel event, until the client leaves. The first reply says that it is listening.
package struct MonitorParameters: Codable, Hashable, Sendable {
    /// Whether events carry the kernel's message: as text in the layout of `setkey -x`, and as hexadecimal.
    package var raw: Bool?
    /// Whether these show key bytes; for the privileged alone.
    package var showKeys: Bool?

    package init() {}
}
