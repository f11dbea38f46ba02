internal import CLinux

/// The 16 bytes that every message begins with (RFC 2367, 2.2; `sadb_msg`).
///
/// ```
///  0       1       2       3       4               6               8               12              16
/// +-------+-------+-------+-------+---------------+---------------+---------------+---------------+
/// |version| type  | errno |satype | length, words |   reserved    |   sequence    |  process id   |
/// +-------+-------+-------+-------+---------------+---------------+---------------+---------------+
/// ```
package struct PFKeyHeader: Hashable, Sendable {
    /// What the message is about.
    package var type: PFKeyMessageType
    /// `sadb_msg_errno`; 234 is a kernel's `-EINVAL` cut to a byte (kernel-facts 3.2).
    package var errorNumber: UInt8 = 0
    /// Of which SAs it speaks.
    package var saType: PFKeySAType
    /// 0 in requests; in the kernel's messages about policies, their reference count.
    package var reserved: UInt16 = 0
    /// The request's, in its answer; 0 in news, and in the last record of a dump.
    package var sequence: UInt32
    /// Whatever the requester wrote; 0 for the kernel's own news.
    package var processID: UInt32

    /// Its length in bytes.
    package static let byteCount = MemoryLayout<sadb_msg>.size

    package init(type: PFKeyMessageType, saType: PFKeySAType, sequence: UInt32, processID: UInt32) {
        self.type = type
        self.saType = saType
        self.sequence = sequence
        self.processID = processID
    }

    /// Reads the header and checks its version and its length against what `reader` has: all of the datagram.
    init(from reader: inout WireReader) throws(WireError) {
        let start = reader.offset
        let actual = reader.remaining
        let raw = try reader.read(sadb_msg.self)
        guard raw.sadb_msg_version == UInt8(PF_KEY_V2) else {
            throw WireError(.version(raw.sadb_msg_version), at: start)
        }
        let stated = Int(raw.sadb_msg_len) * 8
        guard stated == actual || Self.mayUnderstate(raw, stated, actual) else {
            throw WireError(.messageLength(stated: stated, actual: actual), at: start)
        }
        self.init(unchecked: raw)
    }

    /// Linux (6.1 and 6.12, measured) states too short a length for a policy with a transport transform behind a
    /// tunnel of the other address family; its extensions are right, and go on to the end of the datagram.
    private static func mayUnderstate(_ raw: sadb_msg, _ stated: Int, _ actual: Int) -> Bool {
        PFKeyMessageType(rawValue: raw.sadb_msg_type).tellsPolicy && stated > byteCount && stated < actual
            && actual % 8 == 0
    }

    /// Reads the header of a datagram that may be malformed behind it; `nil` when it has fewer than 16 bytes.
    package init?(ofDatagram datagram: Span<UInt8>) {
        var reader = WireReader(datagram)
        guard let raw = try? reader.read(sadb_msg.self) else { return nil }
        self.init(unchecked: raw)
    }

    private init(unchecked raw: sadb_msg) {
        type = PFKeyMessageType(rawValue: raw.sadb_msg_type)
        errorNumber = raw.sadb_msg_errno
        saType = PFKeySAType(rawValue: raw.sadb_msg_satype)
        reserved = raw.sadb_msg_reserved
        sequence = raw.sadb_msg_seq
        processID = raw.sadb_msg_pid
    }

    /// Writes a message over `buffer`, whose memory is used again: this header, and what `extensions` appends.
    ///
    /// The buffer then holds the keys of the message: `wipe` it when it has been sent. After an error it is empty.
    /// - Throws: what `extensions` throws; a message that is too long for its length field.
    @inline(__always)
    package func writeMessage(
        over buffer: inout [UInt8], _ extensions: (inout WireWriter) throws(WireError) -> Void = { _ in }
    ) throws(WireError) {
        var writer = WireWriter(taking: &buffer)
        do throws(WireError) {
            write(to: &writer)
            try extensions(&writer)
            guard let words = UInt16(exactly: writer.count / 8) else { throw WireError(.tooLong, at: 0) }
            writer.replace(at: Self.lengthOffset, with: words)
            writer.finish(into: &buffer)
        } catch {
            writer.finish(into: &buffer)
            buffer.wipe()
            throw error
        }
    }

    private func write(to writer: inout WireWriter) {
        writer.append(
            sadb_msg(
                sadb_msg_version: UInt8(PF_KEY_V2), sadb_msg_type: type.rawValue, sadb_msg_errno: errorNumber,
                sadb_msg_satype: saType.rawValue, sadb_msg_len: 0, sadb_msg_reserved: reserved,
                sadb_msg_seq: sequence, sadb_msg_pid: processID))
    }

    /// Where `sadb_msg_len` lies.
    static let lengthOffset = 4
}
