internal import IPsec

/// Why NETLINK_XFRM refuses a request: the errno, and what it says beside it in words (extended acknowledgement).
struct XFRMRefusal: Error, Sendable {
    let errno: KernelErrno
    let words: StaticString?

    init(_ errno: KernelErrno, _ words: StaticString? = nil) {
        self.errno = errno
        self.words = words
    }

    /// `EINVAL`, with the kernel's words.
    static func invalid(_ words: StaticString) -> XFRMRefusal { XFRMRefusal(.invalidArgument, words) }
}

/// Throws what `body` throws as a refusal without words.
func refusing<Result>(_ body: () throws(KernelErrno) -> Result) throws(XFRMRefusal) -> Result {
    do throws(KernelErrno) {
        return try body()
    } catch {
        throw XFRMRefusal(error)
    }
}
