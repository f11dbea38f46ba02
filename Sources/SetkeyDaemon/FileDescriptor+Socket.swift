import CLinux
import Glibc
import IPsec
import KernelBackends

// Sockets: the calls of the C library that take addresses, options and datagrams.

extension FileDescriptor {
    /// Makes a socket; see socket(2).
    nonisolated static func socket(
        _ family: Int32, _ type: __socket_type, _ protocolNumber: Int32 = 0
    ) throws(KernelErrno) -> FileDescriptor {
        let rawValue = Glibc.socket(family, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), protocolNumber)
        guard rawValue >= 0 else { throw KernelErrno(rawValue: errno) }
        return FileDescriptor(owning: rawValue)
    }

    /// Reads what is there into `buffer`, as much as fits.
    package nonisolated func receive(into buffer: inout [UInt8]) -> Transfer {
        Self.transfer { unsafe recv(rawValue, &buffer, buffer.count, 0) }
    }

    /// Writes what the socket takes of `bytes`; `bytes` is not empty.
    package nonisolated func send(_ bytes: ArraySlice<UInt8>) -> Transfer {
        Self.transfer {
            unsafe bytes.withUnsafeBytes { unsafe Glibc.send(rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    /// Sends one datagram, which lies at `range` of `bytes`.
    /// - Returns: the errno with which that failed.
    nonisolated func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? {
        while true {
            let count = unsafe bytes[range].withUnsafeBytes {
                unsafe Glibc.send(rawValue, $0.baseAddress, $0.count, 0)
            }
            if count >= 0 { return nil }
            let number = errno
            if number != EINTR { return KernelErrno(rawValue: number) }
        }
    }

    /// Receives one datagram of a netlink socket into `buffer`; what other processes have sent is passed over.
    /// - Returns: where the datagram is longer than `buffer`, its whole length.
    nonisolated func receiveFromKernel(into buffer: inout [UInt8]) -> Transfer {
        while true {
            var sender = sockaddr_nl()
            var size = socklen_t(MemoryLayout<sockaddr_nl>.size)
            let transfer = Self.transfer {
                unsafe withUnsafeMutablePointer(to: &sender) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                        unsafe recvfrom(rawValue, &buffer, buffer.count, Int32(MSG_TRUNC), address, &size)
                    }
                }
            }
            if case .bytes = transfer, sender.nl_pid != 0 { continue }
            return transfer
        }
    }

    /// Receives the datagrams of a netlink socket that are there, as many as `batch` has room for, without waiting.
    /// - Returns: the errno with which that failed; to find none is no failure.
    nonisolated func receiveFromKernel(into batch: inout NetlinkBatch) -> KernelErrno? {
        var lengths = [Int](repeating: 0, count: NetlinkBatch.capacity)
        let count = unsafe setkeyd_receive_from_kernel(
            rawValue, &batch.bytes, NetlinkBatch.datagramCapacity, Int32(NetlinkBatch.capacity), &lengths)
        guard count >= 0 else {
            let number = errno
            return number == EAGAIN || number == EWOULDBLOCK ? nil : KernelErrno(rawValue: number)
        }
        batch.byteCounts += lengths.prefix(Int(count))
        return nil
    }

    /// Gives a socket its address, a `sockaddr` of any family.
    nonisolated func bind(to address: [UInt8]) throws(KernelErrno) {
        let status = unsafe address.withUnsafeBytes { bytes in
            unsafe Glibc.bind(
                rawValue, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard status == 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Connects a socket to an address, a `sockaddr` of any family.
    nonisolated func connect(to address: [UInt8]) throws(KernelErrno) {
        let status = unsafe address.withUnsafeBytes { bytes in
            unsafe Glibc.connect(
                rawValue, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard status == 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Makes this number one of what `other` is; what it was is closed.
    nonisolated func become(_ other: FileDescriptor) throws(KernelErrno) {
        guard dup2(other.rawValue, rawValue) >= 0, fcntl(rawValue, F_SETFD, FD_CLOEXEC) == 0 else {
            throw KernelErrno(rawValue: errno)
        }
    }

    /// Takes up to `count` events of an epoll instance, without waiting: whom they are for, and what has happened.
    nonisolated func takeEvents(upTo count: Int) -> [(token: UInt64, events: UInt32)] {
        var tokens = [UInt64](repeating: 0, count: count)
        var events = [UInt32](repeating: 0, count: count)
        let taken = unsafe setkeyd_take_events(rawValue, &tokens, &events, Int32(count))
        return (0..<max(0, Int(taken))).map { (tokens[$0], events[$0]) }
    }

    nonisolated func setOption<Value: BitwiseCopyable>(
        _ level: Int32, _ option: Int32, _ value: Value
    ) throws(KernelErrno) {
        let status = unsafe withUnsafeBytes(of: value) {
            unsafe setsockopt(rawValue, level, option, $0.baseAddress, socklen_t($0.count))
        }
        guard status == 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Sets an option of a socket that is a structure, by its bytes.
    nonisolated func setOption(_ level: Int32, _ option: Int32, bytes: [UInt8]) throws(KernelErrno) {
        guard unsafe setsockopt(rawValue, level, option, bytes, socklen_t(bytes.count)) == 0 else {
            throw KernelErrno(rawValue: errno)
        }
    }

    /// Has the kernel queue about twice so many bytes for the socket; where that may not be forced, takes what the
    /// administrator allows everybody.
    /// - Returns: whether it could be forced.
    nonisolated func setReceiveBuffer(_ byteCount: Int32) -> Bool {
        if (try? setOption(SOL_SOCKET, SO_RCVBUFFORCE, byteCount)) != nil { return true }
        try? setOption(SOL_SOCKET, SO_RCVBUF, byteCount)
        return false
    }

    /// An option of a socket that is one or more numbers; `nil` if there is none, or it has more than `capacity`.
    nonisolated func option<Number: FixedWidthInteger>(
        _ name: Int32, of level: Int32 = SOL_SOCKET, capacity: Int = 1
    ) -> [Number]? {
        let size = MemoryLayout<Number>.size
        var values = [Number](repeating: 0, count: capacity)
        var length = socklen_t(capacity * size)
        guard unsafe getsockopt(rawValue, level, name, &values, &length) == 0 else { return nil }
        return Array(values.prefix(Int(length) / size))
    }

    /// Has whatever arrives at the socket dropped, by a filter of one instruction: return 0, keep no byte.
    nonisolated func dropAllArrivals() throws(KernelErrno) {
        var instruction = sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0)
        let status = unsafe withUnsafeMutablePointer(to: &instruction) { pointer in
            var program = unsafe sock_fprog(len: 1, filter: pointer)
            let length = unsafe socklen_t(MemoryLayout<sock_fprog>.size)
            return unsafe setsockopt(rawValue, SOL_SOCKET, SO_ATTACH_FILTER, &program, length)
        }
        guard status == 0 else { throw KernelErrno(rawValue: errno) }
    }
}
