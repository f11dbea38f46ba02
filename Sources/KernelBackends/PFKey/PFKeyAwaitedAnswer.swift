/// The answer of PF_KEY to one request, by the headers of both (kernel-facts 1.1, 3.1).
package struct PFKeyAwaitedAnswer: AwaitedAnswer {
    private let request: PFKeyHeader?

    package init(to request: Span<UInt8>) {
        self.request = PFKeyHeader(ofDatagram: request)
    }

    package func verdict(on message: Span<UInt8>) -> AnswerVerdict {
        guard let request, let header = PFKeyHeader(ofDatagram: message), header.type == request.type,
            header.processID == request.processID
        else { return .unrelated }
        // The records of a dump count themselves; the last is 0, and one with an errno is the last that comes.
        if request.type.isDump, header.errorNumber == 0 { return header.sequence == 0 ? .answer : .part }
        guard header.sequence == request.sequence || request.type.isDump else { return .unrelated }
        return header.errorNumber == 0 ? .answer : .refusal
    }
}
