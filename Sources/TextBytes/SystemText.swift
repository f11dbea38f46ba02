import Glibc

// Texts that the C library keeps, as strings of ours.

/// What the C library says of `errno`: `No such file or directory`.
package func systemErrorText(_ errno: Int32) -> String {
    guard let text = unsafe strerror(errno) else { return "errno \(errno)" }
    return unsafe String(cString: text)
}

/// The value of a variable of the process's environment; `nil` if it is not set.
package func environmentVariable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
}
