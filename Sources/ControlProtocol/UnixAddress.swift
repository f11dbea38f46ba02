import Glibc

/// The address of a Unix socket with a path: `struct sockaddr_un`.
package struct UnixAddress {
    /// How long a path may be, in bytes: `sun_path` less its NUL.
    package static let maximumPathBytes = MemoryLayout<sockaddr_un>.size - MemoryLayout<sa_family_t>.size - 1

    private var address = sockaddr_un()

    /// The address at `path`; `nil` if it is empty, too long, or holds a NUL.
    package init?(path: String) {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= Self.maximumPathBytes, !bytes.contains(0) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    }

    /// `bind(2)`: 0, or -1 and `errno`.
    package func bind(_ descriptor: Int32) -> Int32 {
        unsafe withSocketAddress { unsafe Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }

    /// `connect(2)`: 0, or -1 and `errno`.
    package func connect(_ descriptor: Int32) -> Int32 {
        unsafe withSocketAddress { unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }

    private func withSocketAddress(_ body: (UnsafePointer<sockaddr>) -> Int32) -> Int32 {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }
}
