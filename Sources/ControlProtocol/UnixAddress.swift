import Glibc

/// The address of a Unix socket with a path or an abstract name: `struct sockaddr_un`.
package struct UnixAddress {
    /// How long a path may be, in bytes: `sun_path` less its NUL.
    package static let maximumPathBytes = MemoryLayout<sockaddr_un>.size - MemoryLayout<sa_family_t>.size - 1

    private var address = sockaddr_un()
    /// How much of it counts: an abstract name has no NUL that ends it.
    private var length = MemoryLayout<sockaddr_un>.size

    /// The address at `path`; `nil` if it is empty, too long, or holds a NUL.
    package init?(path: String) {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= Self.maximumPathBytes, !bytes.contains(0) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    }

    /// The address of an abstract name; `nil` if it is empty or too long.
    package init?(abstract name: Substring) {
        let bytes = [0] + Array(name.utf8)
        guard bytes.count > 1, bytes.count <= Self.maximumPathBytes else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        length = MemoryLayout<sa_family_t>.size + bytes.count
    }

    /// `bind(2)`: 0, or -1 and `errno`.
    package func bind(_ descriptor: Int32) -> Int32 {
        unsafe withSocketAddress { unsafe Glibc.bind(descriptor, $0, socklen_t(length)) }
    }

    /// `connect(2)`: 0, or -1 and `errno`.
    package func connect(_ descriptor: Int32) -> Int32 {
        unsafe withSocketAddress { unsafe Glibc.connect(descriptor, $0, socklen_t(length)) }
    }

    /// `sendto(2)` of one datagram, which never waits: how many bytes, or -1 and `errno`.
    package func send(_ bytes: [UInt8], from descriptor: Int32) -> Int {
        unsafe withSocketAddress {
            unsafe Glibc.sendto(
                descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), $0, socklen_t(length))
        }
    }

    private func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }
}
