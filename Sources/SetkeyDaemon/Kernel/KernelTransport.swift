package import KernelBackends

/// A link to a kernel that is worked on the main queue; see ``DirectExchange``.
package protocol KernelTransport: KernelLink, AnyObject {
    /// Calls `readable` on the main queue whenever there is something to receive.
    func activate(_ readable: @escaping () -> Void)

    /// Stops calling, and closes.
    func close()
}
