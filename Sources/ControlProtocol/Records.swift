package import IPsec
import TextBytes

/// An SA as a record for other programs. Keys are there only where the caller asked for them and may see them.
package struct AssociationRecord: Codable, Hashable, Sendable {
    package var source: String
    package var destination: String
    package var `protocol`: String
    package var spi: Int
    package var mode: String
    package var state: String
    package var reqid: Int
    /// Anti-replay window in packets.
    package var replay: Int
    package var flags: Int
    package var encryption: String?
    package var integrity: String?
    package var compression: String?
    /// Keys in hexadecimal.
    package var encryptionKey: String?
    package var integrityKey: String?
    /// ESP in UDP: the two ports.
    package var encapsulation: EncapsulationRecord?
    package var current: LifetimeRecord
    package var soft: LifetimeRecord?
    package var hard: LifetimeRecord?
    /// Whether the kernel interface could tell only part of it.
    package var degraded: Bool?
}

/// The ports of ESP in UDP.
package struct EncapsulationRecord: Codable, Hashable, Sendable {
    package var sourcePort: Int
    package var destinationPort: Int
}

/// One column of lifetimes; seconds, bytes, packets.
package struct LifetimeRecord: Codable, Hashable, Sendable {
    package var allocations: Int
    package var bytes: Int
    package var addTime: Int
    package var useTime: Int

    /// The record of `lifetime`; counts beyond `Int` are shown as its maximum.
    package init(_ lifetime: Lifetime) {
        allocations = Int(lifetime.allocations)
        bytes = Int(clamping: lifetime.bytes)
        addTime = Int(clamping: lifetime.addTime)
        useTime = Int(clamping: lifetime.useTime)
    }
}

/// A policy as a record for other programs.
package struct PolicyRecord: Codable, Hashable, Sendable {
    /// `in`, `out`, `fwd`, `in(socket)`, `out(socket)`.
    package var direction: String
    /// Address with prefix length.
    package var source: String
    package var destination: String
    package var sourcePort: Int
    package var destinationPort: Int
    /// IP protocol number; 255 is any.
    package var nextLayer: Int
    /// `discard`, `none`, `ipsec`.
    package var action: String
    /// `esp/tunnel/192.0.2.1-192.0.2.2/require`, in order.
    package var transforms: [String]
    package var priority: Int
    package var index: Int?
    /// Seconds since 1970; 0 for never.
    package var created: Int
    package var lastUsed: Int
    /// Seconds; 0 for unlimited.
    package var lifetime: Int
    package var validTime: Int

    package init(
        direction: String, source: String, destination: String, sourcePort: Int, destinationPort: Int, nextLayer: Int,
        action: String, transforms: [String], priority: Int, index: Int?, created: Int, lastUsed: Int, lifetime: Int,
        validTime: Int
    ) {
        self.direction = direction
        self.source = source
        self.destination = destination
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.nextLayer = nextLayer
        self.action = action
        self.transforms = transforms
        self.priority = priority
        self.index = index
        self.created = created
        self.lastUsed = lastUsed
        self.lifetime = lifetime
        self.validTime = validTime
    }
}

extension AssociationRecord {
    /// The record of `association`, with its keys only if `showKeys`.
    package init(_ association: SecurityAssociation, showKeys: Bool) {
        source = association.source.description
        destination = association.identity.destination.description
        self.protocol = "\(association.identity.ipsecProtocol.word)"
        spi = Int(association.identity.spi.rawValue)
        mode = association.mode.word.map { "\($0)" } ?? "\(association.mode.rawValue)"
        state = "\(association.state.word)"
        reqid = Int(association.reqID.rawValue)
        replay = Int(association.replayWindow.rawValue)
        flags = Int(association.flags.rawValue)
        encryption = association.encryption == .none ? nil : association.encryption.row?.name
        integrity = association.integrity == .none ? nil : association.integrity.row?.name
        compression = association.compression == .none ? nil : association.compression.row?.name
        encryptionKey = showKeys ? association.encryptionKey?.hexadecimal : nil
        integrityKey = showKeys ? association.integrityKey?.hexadecimal : nil
        encapsulation = association.encapsulation.map {
            EncapsulationRecord(sourcePort: Int($0.sourcePort), destinationPort: Int($0.destinationPort))
        }
        current = LifetimeRecord(association.current)
        soft = association.limits.isNone ? nil : LifetimeRecord(association.limits.soft)
        hard = association.limits.isNone ? nil : LifetimeRecord(association.limits.hard)
        degraded = association.isDegraded ? true : nil
    }
}

extension KeyMaterial {
    /// The bytes as hexadecimal digits, for a reply to somebody who may see them.
    fileprivate var hexadecimal: String {
        withBytes { bytes in
            var digits: [UInt8] = []
            digits.reserveCapacity(bytes.count * 2)
            for index in bytes.indices { digits.append(hexadecimal: bytes[index], width: 2) }
            return String(decoding: digits, as: UTF8.self)
        }
    }
}
