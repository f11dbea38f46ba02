/// Says what goes wrong in a simulated kernel: a test's way in. Without one everything goes well.
package protocol FaultSource: Sendable {
    /// What goes wrong with a request of `messageType`, which has come to the kernel; `nil` when nothing does. It is
    /// asked once for each request.
    mutating func fault(
        on messageType: PFKeyMessageType, from requester: SimulatedKernel.SocketID
    ) -> RequestFault?
}
