import Glibc
import IPsec

extension KernelRelease {
    /// That of the running kernel, by uname(2); `nil` if it does not say.
    static var ofThisMachine: KernelRelease? {
        var names = utsname()
        guard unsafe uname(&names) == 0 else { return nil }
        let text = unsafe withUnsafeBytes(of: names.release) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return KernelRelease(text)
    }
}
