/// Why a kernel did not do what it was asked: an errno, its name, and what it means to somebody who keys IPsec.
package struct KernelErrno: RawRepresentable, Hashable, Sendable, Error, CustomStringConvertible {
    /// No errno of the kernel: the kernel interface has no bytes for the request, and it was not sent.
    package static let inexpressible = KernelErrno(rawValue: 0)
    /// `EPERM`.
    package static let operationNotPermitted = KernelErrno(rawValue: 1)
    /// `ENOENT`: of policies, of the end of a dump of nothing, and of algorithms whose module is not there.
    package static let noEntry = KernelErrno(rawValue: 2)
    /// `ESRCH`: what Linux says of an SA that is not there.
    package static let noSuchProcess = KernelErrno(rawValue: 3)
    /// `EIO`; the kernel does not send it: an answer came that is not readable.
    package static let inputOutputError = KernelErrno(rawValue: 5)
    /// `ENOMEM`.
    package static let outOfMemory = KernelErrno(rawValue: 12)
    /// `EACCES`.
    package static let permissionDenied = KernelErrno(rawValue: 13)
    /// `EBUSY`: a dump runs on this socket.
    package static let busy = KernelErrno(rawValue: 16)
    /// `EEXIST`.
    package static let exists = KernelErrno(rawValue: 17)
    /// `ENODEV`; the kernel does not send it: the network device of a policy is not there.
    package static let noDevice = KernelErrno(rawValue: 19)
    /// `EINVAL`.
    package static let invalidArgument = KernelErrno(rawValue: 22)
    /// `ENOSYS`: an algorithm that the kernel does not have.
    package static let noFunction = KernelErrno(rawValue: 38)
    /// `ELOOP`: more than six transforms in a policy.
    package static let tooManyLinks = KernelErrno(rawValue: 40)
    /// `ENOTUNIQ`; the kernel does not send it: it would take, or has taken, another SA for the one that was meant.
    package static let notUnique = KernelErrno(rawValue: 76)
    /// `EMSGSIZE`.
    package static let messageSize = KernelErrno(rawValue: 90)
    /// `ENOPROTOOPT`.
    package static let protocolOptionUnavailable = KernelErrno(rawValue: 92)
    /// `EPROTONOSUPPORT`.
    package static let protocolUnsupported = KernelErrno(rawValue: 93)
    /// `EOPNOTSUPP`.
    package static let operationUnsupported = KernelErrno(rawValue: 95)
    /// `EAFNOSUPPORT`.
    package static let familyUnsupported = KernelErrno(rawValue: 97)
    /// `EADDRINUSE`: of UDP ports for ESP in UDP.
    package static let addressInUse = KernelErrno(rawValue: 98)
    /// `ENOBUFS`.
    package static let noBuffers = KernelErrno(rawValue: 105)
    /// `ETIMEDOUT`; the kernel does not send it: its answer did not come, and not when it was asked again.
    package static let timedOut = KernelErrno(rawValue: 110)
    /// `ENOKEY`; the kernel does not send it: an SA was to be made again whose keys it does not tell.
    package static let noKey = KernelErrno(rawValue: 126)

    /// The number as in `errno.h` of Linux, above 0; 0 for ``inexpressible``.
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The C name, `EEXIST`; `errno 77` for one without a row.
    package var name: String { row?.name ?? "errno \(rawValue)" }

    /// The general meaning, in the words of this field.
    package var meaning: String { row?.meaning ?? "the kernel refused" }

    /// `no such SA or policy (ESRCH)`.
    package var description: String { row == nil ? name : "\(meaning) (\(name))" }

    private var row: (name: String, meaning: String)? { Self.rows[rawValue] }

    private static let rows: [Int32: (name: String, meaning: String)] = [
        0: ("not sent", "the kernel interface in use cannot express this"),
        1: ("EPERM", "the kernel does not permit it; CAP_NET_ADMIN is needed"),
        2: ("ENOENT", "there is no such entry"),
        3: ("ESRCH", "there is no such SA"),
        5: ("EIO", "the kernel's answer could not be read"),
        12: ("ENOMEM", "the kernel is out of memory"),
        13: ("EACCES", "permission denied"),
        16: ("EBUSY", "the kernel is busy with another dump on this socket"),
        17: ("EEXIST", "it already exists"),
        19: ("ENODEV", "there is no such network device"),
        22: ("EINVAL", "the kernel does not accept these parameters"),
        38: ("ENOSYS", "the kernel does not have this algorithm, or its module cannot be loaded"),
        40: ("ELOOP", "too many transforms in one policy; Linux accepts six"),
        76: ("ENOTUNIQ", "there is another SA of this SPI, and the kernel cannot tell their marks apart"),
        90: ("EMSGSIZE", "the message is too long"),
        92: ("ENOPROTOOPT", "this kernel is built without the feature"),
        93: ("EPROTONOSUPPORT", "the kernel's module for this protocol cannot be loaded"),
        95: ("EOPNOTSUPP", "the kernel does not support this operation"),
        97: ("EAFNOSUPPORT", "the kernel has no such address family or protocol"),
        98: ("EADDRINUSE", "another program uses the port"),
        105: ("ENOBUFS", "the kernel is out of buffers"),
        110: ("ETIMEDOUT", "the kernel did not answer in time"),
        126: ("ENOKEY", "the kernel does not tell the keys of this SA, so that it cannot be made again"),
    ]
}
