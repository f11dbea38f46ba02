internal import CLinux

/// What a netlink message is: `NLMSG_*` of netlink itself, and `XFRM_MSG_*` of `linux/xfrm.h`; open, because the
/// kernel gives it.
package struct XFRMMessageType: RawRepresentable, Hashable, Sendable {
    /// An errno, or 0 where a request is acknowledged.
    package static let error = XFRMMessageType(rawValue: UInt16(NLMSG_ERROR))
    /// The end of a dump.
    package static let done = XFRMMessageType(rawValue: UInt16(NLMSG_DONE))
    /// Nothing; a request that does nothing and is acknowledged.
    package static let noOperation = XFRMMessageType(rawValue: UInt16(NLMSG_NOOP))

    package static let newSA = Self(XFRM_MSG_NEWSA)
    package static let deleteSA = Self(XFRM_MSG_DELSA)
    package static let getSA = Self(XFRM_MSG_GETSA)
    package static let updateSA = Self(XFRM_MSG_UPDSA)
    package static let flushSAs = Self(XFRM_MSG_FLUSHSA)
    package static let allocateSPI = Self(XFRM_MSG_ALLOCSPI)
    package static let newPolicy = Self(XFRM_MSG_NEWPOLICY)
    package static let deletePolicy = Self(XFRM_MSG_DELPOLICY)
    package static let getPolicy = Self(XFRM_MSG_GETPOLICY)
    package static let updatePolicy = Self(XFRM_MSG_UPDPOLICY)
    package static let flushPolicies = Self(XFRM_MSG_FLUSHPOLICY)
    package static let acquire = Self(XFRM_MSG_ACQUIRE)
    package static let expire = Self(XFRM_MSG_EXPIRE)
    package static let policyExpire = Self(XFRM_MSG_POLEXPIRE)
    package static let migrate = Self(XFRM_MSG_MIGRATE)
    package static let mapping = Self(XFRM_MSG_MAPPING)
    package static let newSPDInformation = Self(XFRM_MSG_NEWSPDINFO)
    package static let getSPDInformation = Self(XFRM_MSG_GETSPDINFO)
    package static let setDefaults = Self(XFRM_MSG_SETDEFAULT)
    package static let getDefaults = Self(XFRM_MSG_GETDEFAULT)

    /// `nlmsg_type`.
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    private init(_ constant: some BinaryInteger) {
        self.init(rawValue: UInt16(truncatingIfNeeded: constant))
    }

    /// What it is called in `linux/xfrm.h`, without its prefix; `nil` for one that has no name here.
    package var name: StaticString? { Self.names[self] }

    private static let names: [XFRMMessageType: StaticString] = [
        .error: "ERROR", .done: "DONE", .noOperation: "NOOP", .newSA: "NEWSA", .deleteSA: "DELSA", .getSA: "GETSA",
        .updateSA: "UPDSA", .flushSAs: "FLUSHSA", .allocateSPI: "ALLOCSPI", .newPolicy: "NEWPOLICY",
        .deletePolicy: "DELPOLICY", .getPolicy: "GETPOLICY", .updatePolicy: "UPDPOLICY",
        .flushPolicies: "FLUSHPOLICY", .acquire: "ACQUIRE", .expire: "EXPIRE", .policyExpire: "POLEXPIRE",
        .migrate: "MIGRATE", .mapping: "MAPPING", Self(XFRM_MSG_NEWAE): "NEWAE", Self(XFRM_MSG_GETAE): "GETAE",
        Self(XFRM_MSG_REPORT): "REPORT", Self(XFRM_MSG_NEWSADINFO): "NEWSADINFO",
        Self(XFRM_MSG_GETSADINFO): "GETSADINFO", .newSPDInformation: "NEWSPDINFO",
        .getSPDInformation: "GETSPDINFO", .setDefaults: "SETDEFAULT", .getDefaults: "GETDEFAULT",
    ]
}
