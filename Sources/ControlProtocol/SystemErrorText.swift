import Glibc

/// What the C library says of `errno`: `No such file or directory`.
package func systemErrorText(_ errno: Int32) -> String {
    guard let text = unsafe strerror(errno) else { return "errno \(errno)" }
    return unsafe String(cString: text)
}
