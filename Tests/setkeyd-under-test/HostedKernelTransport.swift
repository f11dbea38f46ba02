import Glibc
import IPsec
import KernelBackends
import SetkeyDaemon
import TestSupport

/// A kernel that lives in another process, the test's, and so survives this one.
final class HostedKernelTransport: @MainActor KernelTransport {
    private let descriptor: FileDescriptor
    private var source: MainQueueSource?
    /// Messages that came before the end of a request, and were not read yet.
    private var messages: [[UInt8]] = []
    private var frame = [UInt8](repeating: 0, count: 1 << 17)

    init(path: String) throws(KernelErrno) {
        let rawValue = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard rawValue >= 0 else { throw KernelErrno(rawValue: errno) }
        descriptor = FileDescriptor(owning: rawValue)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let result = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(rawValue, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Waits until the kernel has done its work: the messages about it are here when this returns.
    func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? {
        let count = unsafe bytes[range].withUnsafeBytes {
            unsafe Glibc.send(descriptor.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count == range.count else { return KernelErrno(rawValue: errno) }
        while true {
            switch next(flags: 0) {
            case .message(let message)?: messages.append(message)
            case .sent(let errno)?: return errno == 0 ? nil : KernelErrno(rawValue: Int32(errno))
            case nil: exit(3)
            }
        }
    }

    func receive(into buffer: inout [UInt8]) -> KernelReception {
        if messages.isEmpty, case .message(let message)? = next(flags: Int32(MSG_DONTWAIT)) {
            messages.append(message)
        }
        guard !messages.isEmpty else { return .empty }
        let message = messages.removeFirst()
        buffer.replaceSubrange(0..<message.count, with: message)
        return .datagram(byteCount: message.count)
    }

    /// The next frame; `nil` when there is none, or the kernel's host has gone.
    private func next(flags: Int32) -> KernelFrame? {
        while true {
            let count = unsafe recv(descriptor.rawValue, &frame, frame.count, flags)
            if count < 0, errno == EINTR { continue }
            return count > 0 ? KernelFrame(frame[..<count]) : nil
        }
    }

    var memory: (allocated: Int, limit: Int)? { nil }

    func activate(_ readable: @escaping () -> Void) {
        let source = MainQueueSource.reading(descriptor, handler: readable)
        self.source = source
        source.resume()
    }

    func close() {
        source?.cancel()
        source = nil
    }
}
