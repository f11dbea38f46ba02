/// Why a kernel did not do what it was asked: an errno, its name, and what it means to somebody who keys IPsec.
package struct KernelErrno: RawRepresentable, Hashable, Sendable, Error, CustomStringConvertible {
    /// No errno of the kernel: the kernel interface has no bytes for the request, and it was not sent.
    package static let inexpressible = KernelErrno(rawValue: 0)
    package static let operationNotPermitted = KernelErrno(rawValue: 1)
    package static let noEntry = KernelErrno(rawValue: 2)
    package static let noSuchProcess = KernelErrno(rawValue: 3)
    package static let inputOutputError = KernelErrno(rawValue: 5)
    package static let outOfMemory = KernelErrno(rawValue: 12)
    package static let permissionDenied = KernelErrno(rawValue: 13)
    package static let busy = KernelErrno(rawValue: 16)
    package static let exists = KernelErrno(rawValue: 17)
    package static let invalidArgument = KernelErrno(rawValue: 22)
    package static let noFunction = KernelErrno(rawValue: 38)
    package static let tooManyLinks = KernelErrno(rawValue: 40)
    package static let messageSize = KernelErrno(rawValue: 90)
    package static let protocolOptionUnavailable = KernelErrno(rawValue: 92)
    package static let protocolUnsupported = KernelErrno(rawValue: 93)
    package static let operationUnsupported = KernelErrno(rawValue: 95)
    package static let familyUnsupported = KernelErrno(rawValue: 97)
    package static let addressInUse = KernelErrno(rawValue: 98)
    package static let noBuffers = KernelErrno(rawValue: 105)
    package static let timedOut = KernelErrno(rawValue: 110)

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
        22: ("EINVAL", "the kernel does not accept these parameters"),
        38: ("ENOSYS", "the kernel does not have this algorithm, or its module cannot be loaded"),
        40: ("ELOOP", "too many transforms in one policy; Linux accepts six"),
        90: ("EMSGSIZE", "the message is too long"),
        92: ("ENOPROTOOPT", "this kernel is built without the feature"),
        93: ("EPROTONOSUPPORT", "the kernel's module for this protocol cannot be loaded"),
        95: ("EOPNOTSUPP", "the kernel does not support this operation"),
        97: ("EAFNOSUPPORT", "the kernel has no such address family or protocol"),
        98: ("EADDRINUSE", "another program uses the port"),
        105: ("ENOBUFS", "the kernel is out of buffers"),
        110: ("ETIMEDOUT", "the kernel did not answer in time"),
    ]
}
