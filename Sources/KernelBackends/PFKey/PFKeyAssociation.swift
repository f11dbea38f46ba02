internal import CLinux
package import IPsec

/// The SA extension (RFC 2367, 2.3.1; `sadb_sa`), and nothing of what the other extensions say about the SA.
package struct PFKeyAssociation: Hashable, Sendable {
    /// 0 where the kernel is to say it.
    package var spi: SPI
    /// In packets.
    package var replayWindow: UInt8 = 0
    /// `SADB_SASTATE_*`; the kernel ignores it in requests.
    package var state: UInt8 = 0
    /// `SADB_*AALG_*`.
    package var integrity: UInt8 = 0
    /// `SADB_*EALG_*`; for IPComp `SADB_X_CALG_*`.
    package var encryption: UInt8 = 0
    package var flags = SAFlags(rawValue: 0)

    package init(spi: SPI) {
        self.spi = spi
    }

    @inline(__always)
    init(from reader: inout WireReader) throws(WireError) {
        let raw = try reader.read(sadb_sa.self)
        spi = SPI(rawValue: UInt32(bigEndian: raw.sadb_sa_spi))
        replayWindow = raw.sadb_sa_replay
        state = raw.sadb_sa_state
        integrity = raw.sadb_sa_auth
        encryption = raw.sadb_sa_encrypt
        flags = SAFlags(rawValue: raw.sadb_sa_flags)
    }

    /// Appends it as an extension.
    package func write(to writer: inout WireWriter) throws(WireError) {
        writer.appendExtension(
            sadb_sa(
                sadb_sa_len: 0, sadb_sa_exttype: PFKeyExtensionType.association.rawValue,
                sadb_sa_spi: spi.rawValue.bigEndian, sadb_sa_replay: replayWindow, sadb_sa_state: state,
                sadb_sa_auth: integrity, sadb_sa_encrypt: encryption, sadb_sa_flags: flags.rawValue))
    }
}

/// What Linux and KAME say about an SA beyond RFC 2367 (`sadb_x_sa2`).
package struct PFKeyAssociation2: Hashable, Sendable {
    /// `IPSEC_MODE_*`.
    package var mode: Mode
    /// Always 0 on Linux.
    package var sequence: UInt32
    /// 0 for none.
    package var reqID: ReqID

    package init(mode: Mode, sequence: UInt32 = 0, reqID: ReqID = .none) {
        self.mode = mode
        self.sequence = sequence
        self.reqID = reqID
    }

    @inline(__always)
    init(from reader: inout WireReader) throws(WireError) {
        let raw = try reader.read(sadb_x_sa2.self)
        mode = Mode(rawValue: raw.sadb_x_sa2_mode)
        sequence = raw.sadb_x_sa2_sequence
        reqID = ReqID(rawValue: raw.sadb_x_sa2_reqid)
    }

    /// Appends it as an extension.
    package func write(to writer: inout WireWriter) throws(WireError) {
        writer.appendExtension(
            sadb_x_sa2(
                sadb_x_sa2_len: 0, sadb_x_sa2_exttype: PFKeyExtensionType.association2.rawValue,
                sadb_x_sa2_mode: mode.rawValue, sadb_x_sa2_reserved1: 0, sadb_x_sa2_reserved2: 0,
                sadb_x_sa2_sequence: sequence, sadb_x_sa2_reqid: reqID.rawValue))
    }
}

/// A lifetime extension is a ``Lifetime`` (RFC 2367, 2.3.2; `sadb_lifetime`).
extension Lifetime {
    @inline(__always)
    init(from reader: inout WireReader) throws(WireError) {
        let raw = try reader.read(sadb_lifetime.self)
        self.init(
            allocations: UInt64(raw.sadb_lifetime_allocations), bytes: raw.sadb_lifetime_bytes,
            addTime: raw.sadb_lifetime_addtime, useTime: raw.sadb_lifetime_usetime)
    }

    /// Appends it as an extension of this type.
    package func write(_ type: PFKeyExtensionType, to writer: inout WireWriter) throws(WireError) {
        writer.appendExtension(
            sadb_lifetime(
                sadb_lifetime_len: 0, sadb_lifetime_exttype: type.rawValue,
                sadb_lifetime_allocations: UInt32(clamping: allocations),
                sadb_lifetime_bytes: bytes, sadb_lifetime_addtime: addTime, sadb_lifetime_usetime: useTime))
    }
}
