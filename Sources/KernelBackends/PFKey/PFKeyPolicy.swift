internal import CLinux
package import IPsec

/// The policy extension (`sadb_x_policy`) and the requests, or transforms, behind it (`sadb_x_ipsecrequest`).
package struct PFKeyPolicy: Hashable, Sendable {
    /// `IPSEC_POLICY_*`.
    package var type: UInt16
    /// `IPSEC_DIR_*`, and Linux's 4 and 5 of per-socket policies.
    package var direction: UInt8
    /// The kernel's number; 0 where it is not known.
    package var index: PolicyIndex
    /// The lowest wins.
    package var priority: UInt32
    /// In MIGRATE, pairs of an old and a new one.
    package var transforms: [Transform]

    package init(
        type: UInt16, direction: UInt8, index: PolicyIndex = PolicyIndex(rawValue: 0), priority: UInt32 = 0,
        transforms: [Transform] = []
    ) {
        self.type = type
        self.direction = direction
        self.index = index
        self.priority = priority
        self.transforms = transforms
    }

    init(from reader: inout WireReader) throws(WireError) {
        let raw = try reader.read(sadb_x_policy.self)
        type = raw.sadb_x_policy_type
        direction = raw.sadb_x_policy_dir
        index = PolicyIndex(rawValue: raw.sadb_x_policy_id)
        priority = raw.sadb_x_policy_priority
        transforms = []
        while reader.remaining > 0 { transforms.append(try Transform(from: &reader)) }
    }

    /// Reads it, and keeps nothing.
    static func check(_ reader: inout WireReader) throws(WireError) {
        _ = try reader.read(sadb_x_policy.self)
        while reader.remaining > 0 { _ = try Transform(from: &reader) }
    }

    /// Appends it as an extension.
    package func write(to writer: inout WireWriter) throws(WireError) {
        let header = sadb_x_policy(
            sadb_x_policy_len: 0, sadb_x_policy_exttype: PFKeyExtensionType.policy.rawValue,
            sadb_x_policy_type: type, sadb_x_policy_dir: direction, sadb_x_policy_reserved: 0,
            sadb_x_policy_id: index.rawValue, sadb_x_policy_priority: priority)
        try writer.appendExtension(header) { writer throws(WireError) in
            for transform in transforms { try transform.write(to: &writer) }
        }
    }
}

/// A request of a policy is a ``Transform``; its length, unlike all others of PF_KEY, counts bytes.
extension Transform {
    init(from reader: inout WireReader) throws(WireError) {
        let start = reader.offset
        let raw = try reader.read(sadb_x_ipsecrequest.self)
        let byteCount = Int(raw.sadb_x_ipsecrequest_len) - MemoryLayout<sadb_x_ipsecrequest>.size
        guard byteCount >= 0, byteCount <= reader.remaining else {
            throw WireError(.requestLength(raw.sadb_x_ipsecrequest_len), at: start)
        }
        guard let number = UInt8(exactly: raw.sadb_x_ipsecrequest_proto) else {
            throw WireError(.value(field: "a request's protocol", UInt32(raw.sadb_x_ipsecrequest_proto)), at: start)
        }
        let level = try TransformLevel(
            number: raw.sadb_x_ipsecrequest_level, reqID: ReqID(rawValue: raw.sadb_x_ipsecrequest_reqid), at: start)
        var addresses = try reader.slice(byteCount: byteCount)
        let endpoints = addresses.remaining == 0 ? nil : try Endpoints(from: &addresses)
        guard addresses.remaining < 8 else {
            throw WireError(.requestLength(raw.sadb_x_ipsecrequest_len), at: start)
        }
        self.init(
            nextLayer: NextLayerProtocol(rawValue: number), mode: Mode(rawValue: raw.sadb_x_ipsecrequest_mode),
            endpoints: endpoints, level: level)
    }

    func write(to writer: inout WireWriter) throws(WireError) {
        let start = writer.count
        writer.append(
            sadb_x_ipsecrequest(
                sadb_x_ipsecrequest_len: 0, sadb_x_ipsecrequest_proto: UInt16(nextLayer.rawValue),
                sadb_x_ipsecrequest_mode: mode.rawValue, sadb_x_ipsecrequest_level: level.number,
                sadb_x_ipsecrequest_reserved1: 0, sadb_x_ipsecrequest_reqid: level.reqID.rawValue,
                sadb_x_ipsecrequest_reserved2: 0))
        endpoints?.write(to: &writer)
        writer.alignToWord()
        // A request is at most 72 bytes long.
        writer.replace(at: start, with: UInt16(writer.count - start))
    }
}

extension Transform.Endpoints {
    /// Two socket addresses back to back; only their sum is rounded up to a word.
    init(from reader: inout WireReader) throws(WireError) {
        let start = reader.offset
        let source = try SocketAddress(from: &reader)
        let destination = try SocketAddress(from: &reader)
        guard source.address.family == destination.address.family else {
            throw WireError(.mixedFamilies, at: start)
        }
        self.init(
            source: source.address, destination: destination.address, sourcePort: source.port,
            destinationPort: destination.port)
    }

    func write(to writer: inout WireWriter) {
        SocketAddress(source, port: sourcePort).write(to: &writer)
        SocketAddress(destination, port: destinationPort).write(to: &writer)
    }
}

extension TransformLevel {
    /// - Parameter number: `IPSEC_LEVEL_*`; the reqid counts with `unique` alone, as in the kernel.
    init(number: UInt8, reqID: ReqID, at offset: Int) throws(WireError) {
        switch Int(number) {
        case IPSEC_LEVEL_DEFAULT: self = .default
        case IPSEC_LEVEL_USE: self = .use
        case IPSEC_LEVEL_REQUIRE: self = .require
        case IPSEC_LEVEL_UNIQUE: self = .unique(reqID)
        default: throw WireError(.value(field: "a request's level", UInt32(number)), at: offset)
        }
    }

    /// `IPSEC_LEVEL_*`.
    var number: UInt8 {
        switch self {
        case .default: UInt8(IPSEC_LEVEL_DEFAULT)
        case .use: UInt8(IPSEC_LEVEL_USE)
        case .require: UInt8(IPSEC_LEVEL_REQUIRE)
        case .unique: UInt8(IPSEC_LEVEL_UNIQUE)
        }
    }
}
