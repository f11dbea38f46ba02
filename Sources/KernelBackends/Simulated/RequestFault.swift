package import IPsec

/// What goes wrong with one request to the simulated kernel.
package struct RequestFault: Sendable {
    /// `send` itself fails with it; nothing is done, and nothing is said.
    package var sendFailure: KernelErrno?
    /// It is the answer; nothing is done.
    package var refusal: KernelErrno?
    /// How many datagrams a dump of XFRM makes before memory runs out; `nil` as many as it has.
    package var dumpLimit: Int?
    /// What becomes of each message about the request, the records of a dump included, on its way to a socket; `nil`
    /// when it is lost.
    package var deliver: @Sendable (_ message: [UInt8], _ receiver: SimulatedKernel.SocketID) -> [UInt8]?

    package init(
        sendFailure: KernelErrno? = nil, refusal: KernelErrno? = nil,
        deliver: @escaping @Sendable (_ message: [UInt8], _ receiver: SimulatedKernel.SocketID) -> [UInt8]?
    ) {
        self.sendFailure = sendFailure
        self.refusal = refusal
        self.deliver = deliver
    }
}
