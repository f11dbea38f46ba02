import CLinux
import IPsec
import KernelBackends
import TestSupport

/// Messages as NETLINK_XFRM tells them, made of what our own requests say: a NEWSA event has the layout of the request.
enum XFRMSamples {
    static let portID: UInt32 = 0x8765_4321
    static let processID: UInt32 = 0x5eed

    static func codec() -> XFRMCodec { XFRMCodec(processID: processID, portID: portID) }

    /// The bytes of a request.
    static func bytes(of request: KernelRequest, id: UInt32 = 7, _ codec: inout XFRMCodec) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try codec.encode(request, id: RequestID(rawValue: id), into: &bytes)
        return bytes
    }

    /// What the kernel tells of what another program has asked for.
    static func news(of request: KernelRequest, processID: UInt32 = 4711) throws -> [UInt8] {
        var other = XFRMCodec(processID: 1, portID: processID)
        return try bytes(of: request, &other).told()
    }

    /// An acknowledgement, or a refusal with a negative errno.
    static func acknowledgement(_ id: UInt32, errno: Int32 = 0, portID: UInt32 = portID) -> [UInt8] {
        message(.error, sequence: id, portID: portID) { writer in
            writer.append(errno)
            writer.append(
                nlmsghdr(
                    nlmsg_len: 16, nlmsg_type: XFRMMessageType.newSA.rawValue, nlmsg_flags: 5, nlmsg_seq: id,
                    nlmsg_pid: portID))
        }
    }

    /// A refusal in words; the request is repeated whole, or its header alone.
    static func refusal(_ id: UInt32, errno: Int32, saying words: String, repeating request: [UInt8]? = nil) -> [UInt8]
    {
        let flags: NetlinkHeader.Flags = request == nil ? [.capped, .explained] : .explained
        return message(.error, flags: flags, sequence: id, portID: portID) { writer in
            writer.append(errno)
            let repeated = request ?? Array(acknowledgement(id).suffix(NetlinkHeader.byteCount))
            writer.append(repeated.span)
            writer.append(zeros: -repeated.count & 3)
            // The offset of what is wrong (2), and the words (1), with the NUL that they travel with.
            for (type, content) in [(2, [24, 0, 0, 0]), (1, Array(words.utf8) + [0])] as [(UInt16, [UInt8])] {
                writer.append(UInt16(4 + content.count))
                writer.append(type)
                writer.append(content.span)
                writer.append(zeros: -content.count & 3)
            }
        }
    }

    /// The end of a dump.
    static func end(_ id: UInt32, errno: Int32 = 0) -> [UInt8] {
        message(.done, flags: .multipart, sequence: id, portID: portID) { $0.append(errno) }
    }

    static func message(
        _ type: XFRMMessageType, flags: NetlinkHeader.Flags = [], sequence: UInt32, portID: UInt32,
        _ body: (inout WireWriter) -> Void = { _ in }
    ) -> [UInt8] {
        var writer = WireWriter()
        writer.append(
            nlmsghdr(
                nlmsg_len: 0, nlmsg_type: type.rawValue, nlmsg_flags: flags.rawValue, nlmsg_seq: sequence,
                nlmsg_pid: portID))
        body(&writer)
        writer.replace(at: 0, with: UInt32(writer.count))
        var bytes: [UInt8] = []
        writer.finish(into: &bytes)
        return bytes
    }

    /// An SA with an algorithm that PF_KEY has no number for.
    static func gcmSA() -> SecurityAssociation {
        var sa = PFKeySamples.espSA()
        sa.encryption = EncryptionAlgorithm(rawValue: 20)
        sa.integrity = .none
        sa.integrityKey = nil
        sa.encryptionKey = PFKeySamples.key(20)
        return sa
    }

    /// Every request there is.
    static var requests: [KernelRequest] { PFKeySamples.requests + [.add(gcmSA())] + settings + defaults }

    /// Those that set what becomes of packets that no policy matches.
    static let defaults = Direction.managed.flatMap { direction -> [KernelRequest] in
        [.addPolicy(SecurityPolicy(defaultOf: direction)), .deletePolicy(PolicyIdentity(defaultOf: direction))]
    }

    /// Those that are about the kernel's own settings.
    static let settings: [KernelRequest] = [
        .getHashThresholds,
        .setHashThresholds(HashThresholds(ipv4: .init(local: 24, remote: 24), ipv6: .init(local: 64, remote: 64))),
    ]
}

extension [UInt8] {
    /// The same message without what only a request has.
    func told(type: XFRMMessageType? = nil, flags: NetlinkHeader.Flags = []) -> [UInt8] {
        var copy = self
        if let type { (copy[4], copy[5]) = (UInt8(truncatingIfNeeded: type.rawValue), 0) }
        (copy[6], copy[7]) = (UInt8(truncatingIfNeeded: flags.rawValue), 0)
        return copy
    }
}

extension XFRMCodec {
    mutating func decode(_ bytes: [UInt8]) -> KernelEvent {
        var known = NothingKnown()
        return decode(bytes.span, knowing: &known)
    }
}
