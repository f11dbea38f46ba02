/// Knows the answer to one request by its bytes, and nothing else about either.
///
/// Where another program has written our numbers it may be wrong; whoever decodes the message finds that out.
package protocol AwaitedAnswer: Sendable {
    /// - Parameter request: the datagram that is sent.
    init(to request: Span<UInt8>)

    /// What a message of the kernel is to the request.
    func verdict(on message: Span<UInt8>) -> AnswerVerdict
}

/// What a message is to the request that waits for its answer.
package enum AnswerVerdict: Sendable {
    /// Nothing to do with it.
    case unrelated
    /// A piece of the answer, which goes on.
    case part
    /// The answer, or its last piece.
    case answer
    /// The kernel has refused the request, and says nothing more of it.
    case refusal
}
