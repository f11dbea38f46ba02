internal import IPsec

/// How the packets of an SA are numbered: `xfrm_replay_state`, which all dumps have, or `xfrm_replay_state_esn`, which
/// has the window and its bitmap, and the upper halves of extended sequence numbers (RFC 4304).
struct XFRMReplay {
    /// The last one sent.
    let sent: UInt64
    /// The highest one received.
    let received: UInt64
    /// In packets, where it is not in `xfrm_usersa_info`.
    let window: UInt32?

    /// `oseq`, `seq`, and a bitmap of 32 bits.
    init(ordinary reader: inout WireReader) throws(WireError) {
        sent = UInt64(try reader.read(UInt32.self))
        received = UInt64(try reader.read(UInt32.self))
        window = nil
    }

    /// The words of the bitmap, `oseq`, `seq`, `oseq_hi`, `seq_hi`, the window, the bitmap.
    init(extended reader: inout WireReader) throws(WireError) {
        try reader.skip(4)
        let (sent, received) = (try reader.read(UInt32.self), try reader.read(UInt32.self))
        self.sent = UInt64(try reader.read(UInt32.self)) << 32 | UInt64(sent)
        self.received = UInt64(try reader.read(UInt32.self)) << 32 | UInt64(received)
        window = try reader.read(UInt32.self)
    }

    /// What a new SA begins with.
    init(of sa: SecurityAssociation) {
        sent = sa.numbers.sent
        received = sa.numbers.received
        window = sa.needsExtendedReplay ? UInt32(sa.replayWindow.rawValue) : nil
    }

    /// Appends the attribute; nothing for an SA that begins at 0 and has its window elsewhere.
    func write(to writer: inout WireWriter) throws(WireError) {
        guard let window else {
            guard sent != 0 || received != 0 else { return }
            return try writer.appendAttribute(.replay) { writer throws(WireError) in
                writer.append(UInt32(truncatingIfNeeded: sent))
                writer.append(UInt32(truncatingIfNeeded: received))
                writer.append(0 as UInt32)
            }
        }
        let words = (window + 31) / 32
        try writer.appendAttribute(.extendedReplay) { writer throws(WireError) in
            writer.append(words)
            writer.append(UInt32(truncatingIfNeeded: sent))
            writer.append(UInt32(truncatingIfNeeded: received))
            writer.append(UInt32(truncatingIfNeeded: sent >> 32))
            writer.append(UInt32(truncatingIfNeeded: received >> 32))
            writer.append(window)
            // What came before an SA goes on counts as seen: nothing is taken twice.
            for _ in 0..<words { writer.append(received == 0 ? 0 : UInt32.max) }
        }
    }
}

extension SecurityAssociation {
    /// Whether the octet of `xfrm_usersa_info` does not do for its window (xfrm-facts 3.2).
    var needsExtendedReplay: Bool { replayWindow > .ordinary || flags.contains(.extendedSequence) }
}
