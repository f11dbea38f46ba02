/// What comes of asking a kernel and listening to it, in its order.
package enum KernelNews: Sendable {
    /// One message of the kernel, or a request that could not be sent.
    case event(KernelEvent)
    /// The requests up to this one have been sent or refused, and nothing is left to read: an answer that has not come
    /// by now was lost.
    case unanswered(RequestID)
    /// So many requests from this one on were not sent, and will not be.
    case unsent(RequestID, count: Int)
    /// Messages may have been lost.
    case overrun
    /// Reading failed.
    case failed(KernelErrno)
    /// Nothing is left to send or to read.
    case idle
}
