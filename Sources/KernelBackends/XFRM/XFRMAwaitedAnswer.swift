/// The answer of NETLINK_XFRM to one request, by the headers of both: an errno or an acknowledgement, the end of a dump,
/// or the entry that was asked for.
package struct XFRMAwaitedAnswer: AwaitedAnswer {
    private let request: NetlinkHeader?

    /// - Parameter request: one message, or several, of which the last is the request.
    package init(to request: Span<UInt8>) {
        var datagram = NetlinkDatagram(byteCount: request.count)
        var last = 0..<request.count
        while let range = datagram.next(in: request) { last = range }
        self.request = NetlinkHeader(ofMessage: request.extracting(last))
    }

    package func verdict(on message: Span<UInt8>) -> AnswerVerdict {
        guard let request, let header = NetlinkHeader(ofMessage: message), header.sequence == request.sequence,
            header.portID == request.portID
        else { return .unrelated }
        if header.type == .error { return Self.errno(of: message) == 0 ? .answer : .refusal }
        if header.type == .done { return .answer }
        // The event of a change comes before its acknowledgement, and a record before the end of its dump.
        let goesOn = request.flags.contains(.acknowledge) || header.flags.contains(.multipart)
        return goesOn ? .part : .answer
    }

    private static func errno(of message: Span<UInt8>) -> Int32 {
        var reader = WireReader(message)
        guard (try? NetlinkHeader(from: &reader)) != nil else { return 0 }
        return (try? reader.read(Int32.self)) ?? 0
    }
}
