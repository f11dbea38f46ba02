import Glibc
import IPsec

/// A file that is open for reading: the calls of the C library that readers of files need.
struct ReadableFile: ~Copyable {
    private let descriptor: Int32
    /// Standard input is somebody else's to close.
    private let isOurs: Bool

    /// Opens `path`. It does not become the controlling terminal, and is closed when another program is started.
    ///
    /// - Parameter waits: whether to wait for the writer of a FIFO.
    /// - Throws: the errno.
    init(path: String, waits: Bool) throws(KernelErrno) {
        let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (waits ? 0 : O_NONBLOCK)
        let opened = unsafe open(path, flags)
        guard opened >= 0 else { throw KernelErrno(rawValue: errno) }
        descriptor = opened
        isOurs = true
    }

    /// Standard input.
    static var standardInput: ReadableFile { ReadableFile(lent: STDIN_FILENO) }

    private init(lent descriptor: Int32) {
        self.descriptor = descriptor
        isOurs = false
    }

    deinit {
        if isOurs { close(descriptor) }
    }

    /// What the file system says of it.
    func status() throws(KernelErrno) -> stat {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw KernelErrno(rawValue: errno) }
        return status
    }

    /// What the file system says of the file at `path`; `nil` where it cannot be asked.
    static func status(of path: String) -> stat? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status : nil
    }

    /// Whether a read would wait.
    var wouldBlock: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 0
    }

    /// Appends at most `limit` bytes of what comes next.
    ///
    /// - Returns: How many there were; 0 at the end.
    func read(upTo limit: Int, onto bytes: inout [UInt8]) throws(KernelErrno) -> Int {
        while true {
            var (got, number) = (0, Int32(0))
            bytes += unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
                got = unsafe Glibc.read(descriptor, buffer.baseAddress, limit)
                number = errno
                count = max(got, 0)
            }
            if got >= 0 { return got }
            if number != EINTR { throw KernelErrno(rawValue: number) }
        }
    }

    /// Fills `bytes` with what comes next, so that no copy of it lies elsewhere.
    ///
    /// - Returns: How many bytes there were up to the end, or to what could not be read.
    func read(into bytes: inout MutableSpan<UInt8>) -> Int {
        unsafe bytes.withUnsafeMutableBytes { buffer in
            var count = 0
            while count < buffer.count {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                let got = unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
                guard got > 0 else { break }
                count += got
            }
            return count
        }
    }

    /// The paths that `pattern` matches (`glob(7)`), in no particular order.
    ///
    /// Unasked, glob(3) takes a directory that it cannot read for an empty one, and all that is declared in it would be
    /// removed.
    /// - Throws: the errno, where a directory is there and cannot be read.
    static func paths(matching pattern: String) throws(KernelErrno) -> [String] {
        var result = unsafe glob_t()
        defer { unsafe globfree(&result) }
        let status = unsafe glob(pattern, 0, { SourceError.Reason(errno: $1) == .missing ? 0 : 1 }, &result)
        let number = errno
        guard status == 0 || status == GLOB_NOMATCH else {
            throw KernelErrno(rawValue: status == GLOB_NOSPACE ? ENOMEM : number)
        }
        var paths: [String] = []
        for index in 0..<Int(unsafe result.gl_pathc) {
            if let path = unsafe result.gl_pathv[index] { paths.append(unsafe String(cString: path)) }
        }
        return paths
    }
}
