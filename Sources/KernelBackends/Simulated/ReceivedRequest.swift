internal import CLinux
internal import IPsec

/// A datagram that a socket has sent, as far as `send(2)` looks at it.
struct ReceivedRequest {
    let bytes: [UInt8]
    let header: PFKeyHeader

    /// Checks what `send(2)` checks, in its order (kernel-facts 1.1).
    ///
    /// - Throws: the errno that `send` itself fails with; there is no answer then.
    init(_ datagram: [UInt8], sendLimit: Int) throws(KernelErrno) {
        guard datagram.count <= sendLimit - 32, let header = PFKeyHeader(ofDatagram: datagram.span) else {
            throw .messageSize
        }
        guard Int32(datagram[0]) == PF_KEY_V2, header.reserved == 0,
            (1...PFKeyMessageType.maximum.rawValue).contains(header.type.rawValue)
        else { throw .invalidArgument }
        let words = Int(datagram[4]) | Int(datagram[5]) << 8
        guard words == datagram.count / 8 else { throw .messageSize }
        bytes = datagram
        self.header = header
    }

    /// Whether the message is its header alone.
    var isBare: Bool { bytes.count < PFKeyHeader.byteCount + 8 }

    /// The whole message.
    ///
    /// - Throws: `EINVAL`, the answer to everything that is malformed.
    @_lifetime(borrow self)
    func parse() throws(KernelErrno) -> PFKeyDatagram {
        do throws(WireError) {
            return try PFKeyDatagram(bytes.span)
        } catch {
            throw .invalidArgument
        }
    }

    /// The header alone, as it came, with another errno: every refusal, and the echo of FLUSH.
    func bareAnswer(_ errno: KernelErrno? = nil) -> [UInt8] {
        var answer = Array(bytes.prefix(PFKeyHeader.byteCount))
        answer[2] = UInt8(truncatingIfNeeded: errno?.rawValue ?? 0)
        answer[PFKeyHeader.lengthOffset] = UInt8(PFKeyHeader.byteCount / 8)
        answer[PFKeyHeader.lengthOffset + 1] = 0
        return answer
    }
}

extension PFKeyDatagram {
    /// Source and destination.
    ///
    /// - Throws: `EINVAL` where one is missing or they are of two families.
    func ends() throws(KernelErrno) -> (source: PFKeyAddress, destination: PFKeyAddress) {
        guard let source, let destination, source.address.family == destination.address.family else {
            throw .invalidArgument
        }
        return (source, destination)
    }
}

extension PFKeyHeader {
    /// The datagram of a message: this header, and what `extensions` appends.
    ///
    /// - Throws: `ENOBUFS`, as the kernel answers where it cannot make a message.
    func message(_ extensions: (inout WireWriter) throws(WireError) -> Void) throws(KernelErrno) -> [UInt8] {
        var bytes: [UInt8] = []
        do throws(WireError) {
            try writeMessage(over: &bytes, extensions)
        } catch {
            throw .noBuffers
        }
        return bytes
    }
}
