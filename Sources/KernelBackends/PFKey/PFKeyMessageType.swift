internal import CLinux

/// What a PF_KEY message is about (RFC 2367, 3.1; `SADB_*` of `linux/pfkeyv2.h`); open, because the kernel gives it.
///
/// Each constant is the one of the header that it is made of.
package struct PFKeyMessageType: RawRepresentable, Hashable, Sendable {
    package static let getSPI = PFKeyMessageType(SADB_GETSPI)
    package static let update = PFKeyMessageType(SADB_UPDATE)
    package static let add = PFKeyMessageType(SADB_ADD)
    package static let delete = PFKeyMessageType(SADB_DELETE)
    package static let get = PFKeyMessageType(SADB_GET)
    package static let acquire = PFKeyMessageType(SADB_ACQUIRE)
    package static let register = PFKeyMessageType(SADB_REGISTER)
    package static let expire = PFKeyMessageType(SADB_EXPIRE)
    package static let flush = PFKeyMessageType(SADB_FLUSH)
    package static let dump = PFKeyMessageType(SADB_DUMP)
    package static let promiscuous = PFKeyMessageType(SADB_X_PROMISC)
    package static let pairwiseChange = PFKeyMessageType(SADB_X_PCHANGE)
    package static let spdUpdate = PFKeyMessageType(SADB_X_SPDUPDATE)
    package static let spdAdd = PFKeyMessageType(SADB_X_SPDADD)
    package static let spdDelete = PFKeyMessageType(SADB_X_SPDDELETE)
    package static let spdGet = PFKeyMessageType(SADB_X_SPDGET)
    package static let spdAcquire = PFKeyMessageType(SADB_X_SPDACQUIRE)
    package static let spdDump = PFKeyMessageType(SADB_X_SPDDUMP)
    package static let spdFlush = PFKeyMessageType(SADB_X_SPDFLUSH)
    /// Answered and broadcast as ``spdAdd`` (kernel-facts 1.2).
    package static let spdSetIndex = PFKeyMessageType(SADB_X_SPDSETIDX)
    package static let spdExpire = PFKeyMessageType(SADB_X_SPDEXPIRE)
    /// Deletes by index.
    package static let spdDeleteByIndex = PFKeyMessageType(SADB_X_SPDDELETE2)
    package static let natNewMapping = PFKeyMessageType(SADB_X_NAT_T_NEW_MAPPING)
    package static let migrate = PFKeyMessageType(SADB_X_MIGRATE)

    /// The largest number that Linux knows (`SADB_MAX`).
    package static let maximum = PFKeyMessageType(SADB_MAX)

    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    private init(_ constant: Int32) {
        rawValue = UInt8(truncatingIfNeeded: constant)
    }

    /// Whether messages of this type are records of a dump, whose sequence numbers are their own.
    package var isDump: Bool { self == .dump || self == .spdDump }

    /// Whether the kernel's messages of this type carry a policy.
    var tellsPolicy: Bool {
        switch self {
        case .spdAdd, .spdUpdate, .spdDelete, .spdGet, .spdDump, .spdDeleteByIndex: true
        default: false
        }
    }
}
