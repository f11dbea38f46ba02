internal import CLinux
internal import IPsec

/// The header of every netlink message (`nlmsghdr`): in host order, as all of netlink but addresses, ports and SPIs.
package struct NetlinkHeader: Hashable, Sendable {
    /// How many bytes it has.
    package static let byteCount = MemoryLayout<nlmsghdr>.size

    /// What the message is about.
    package var type: XFRMMessageType
    /// `NLM_F_*`.
    package var flags: Flags
    /// As the requester wrote it; 0 in what the kernel says by itself.
    package var sequence: UInt32
    /// In answers the address of the socket that asked, in events whatever the requester wrote (xfrm-facts B1).
    package var portID: UInt32

    package init(type: XFRMMessageType, flags: Flags, sequence: UInt32, portID: UInt32) {
        self.type = type
        self.flags = flags
        self.sequence = sequence
        self.portID = portID
    }

    /// Reads the header of a message, whose length must be that of the header's own field.
    package init(from reader: inout WireReader) throws(WireError) {
        let (start, byteCount) = (reader.offset, reader.remaining)
        let raw = try reader.read(nlmsghdr.self)
        guard Int(raw.nlmsg_len) == byteCount else {
            throw WireError(.messageLength(stated: Int(raw.nlmsg_len), actual: byteCount), at: start)
        }
        self.init(
            type: XFRMMessageType(rawValue: raw.nlmsg_type), flags: Flags(rawValue: raw.nlmsg_flags),
            sequence: raw.nlmsg_seq, portID: raw.nlmsg_pid)
    }

    /// The header of a message that is told by its beginning alone; `nil` if that is too short.
    package init?(ofMessage message: Span<UInt8>) {
        var reader = WireReader(message)
        guard let header = try? NetlinkHeader(from: &reader) else { return nil }
        self = header
    }

    /// `NLM_F_*`, of which some mean different things in different messages.
    package struct Flags: OptionSet, Hashable, Sendable {
        /// It asks for something.
        package static let request = Flags(rawValue: UInt16(NLM_F_REQUEST))
        /// It wants to be acknowledged.
        package static let acknowledge = Flags(rawValue: UInt16(NLM_F_ACK))
        /// It asks for everything.
        package static let dump = Flags(rawValue: UInt16(NLM_F_DUMP))
        /// It is a piece of an answer that goes on.
        package static let multipart = Flags(rawValue: UInt16(NLM_F_MULTI))

        /// It is a refusal that repeats no more of the request than its header.
        package static let capped = Flags(rawValue: UInt16(NLM_F_CAPPED))
        /// It is a refusal, and there are attributes behind it.
        package static let explained = Flags(rawValue: UInt16(NLM_F_ACK_TLVS))

        /// The bits of `nlmsg_flags`.
        package let rawValue: UInt16

        package init(rawValue: UInt16) {
            self.rawValue = rawValue
        }
    }

    // MARK: Writing

    /// Writes a message over `buffer`, whose memory is used again; after an error it is empty.
    func writeMessage(
        over buffer: inout [UInt8], _ body: (inout WireWriter) throws(WireError) -> Void
    ) throws(WireError) {
        var writer = WireWriter(taking: &buffer)
        writer.append(
            nlmsghdr(
                nlmsg_len: 0, nlmsg_type: type.rawValue, nlmsg_flags: flags.rawValue, nlmsg_seq: sequence,
                nlmsg_pid: portID))
        do throws(WireError) {
            try body(&writer)
        } catch {
            writer.finish(into: &buffer)
            buffer.wipe()
            throw error
        }
        writer.replace(at: 0, with: UInt32(truncatingIfNeeded: writer.count))
        writer.finish(into: &buffer)
    }
}
