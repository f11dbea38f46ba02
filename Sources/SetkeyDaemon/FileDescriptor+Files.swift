import Glibc
package import IPsec

// Files and directories: the calls of the C library that take paths, names and buffers.

extension FileDescriptor {
    /// Opens `path`; see open(2).
    nonisolated static func open(_ path: String, _ flags: Int32) throws(KernelErrno) -> FileDescriptor {
        let rawValue = unsafe Glibc.open(path, flags | O_CLOEXEC)
        guard rawValue >= 0 else { throw KernelErrno(rawValue: errno) }
        return FileDescriptor(owning: rawValue)
    }

    /// Opens what has `name` in this directory, or makes it for its owner alone; see openat(2).
    nonisolated func open(_ name: String, _ flags: Int32) throws(KernelErrno) -> FileDescriptor {
        let opened = unsafe openat(rawValue, name, flags | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw KernelErrno(rawValue: errno) }
        return FileDescriptor(owning: opened)
    }

    /// What fstat(2) says.
    nonisolated func status() throws(KernelErrno) -> stat {
        guard let status = Self.status(of: rawValue) else { throw KernelErrno(rawValue: errno) }
        return status
    }

    /// As ``status()``, of a descriptor that is not ours to close; `nil` if it says nothing, and `errno` why.
    nonisolated static func status(of rawValue: Int32) -> stat? {
        var status = stat()
        return unsafe fstat(rawValue, &status) == 0 ? status : nil
    }

    /// What is known of what has `name` in this directory, and not of what it leads to; `nil` if nothing is there.
    nonisolated func status(of name: String) -> stat? {
        var status = stat()
        return unsafe fstatat(rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
    }

    /// Gives what has `name` in this directory the name `newName`, in place of what has that.
    nonisolated func rename(_ name: String, to newName: String) throws(KernelErrno) {
        guard unsafe renameat(rawValue, name, rawValue, newName) == 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Removes what has `name` in this directory.
    nonisolated func remove(_ name: String) throws(KernelErrno) {
        guard unsafe unlinkat(rawValue, name, 0) == 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Reads from a file into the beginning of `buffer`; 0 bytes at its end.
    /// - Parameter offset: where to read; `nil` for where the last reading ended.
    nonisolated func read(into buffer: inout [UInt8], at offset: Int? = nil) throws(KernelErrno) -> Int {
        while true {
            let count =
                if let offset {
                    unsafe pread(rawValue, &buffer, buffer.count, off_t(offset))
                } else {
                    unsafe Glibc.read(rawValue, &buffer, buffer.count)
                }
            if count >= 0 { return count }
            let number = errno
            if number != EINTR { throw KernelErrno(rawValue: number) }
        }
    }

    /// What the kernel says of itself in a file of at most 128 bytes; `nil` if it cannot be read.
    nonisolated static func shortText(of path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 128)
        guard let count = try? open(path, O_RDONLY).read(into: &buffer) else { return nil }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    /// Writes all of `bytes` to a file, or to a pipe or a terminal, however long that takes.
    nonisolated func write(_ bytes: [UInt8]) throws(KernelErrno) { try Self.write(bytes, to: rawValue) }

    /// As ``write(_:)``, to a descriptor that is not ours to close.
    package nonisolated static func write(_ bytes: [UInt8], to rawValue: Int32) throws(KernelErrno) {
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(rawValue, $0.baseAddress?.advanced(by: start), $0.count - start)
            }
            guard count <= 0 else {
                start += count
                continue
            }
            switch count == 0 ? EIO : errno {
            case EINTR: break
            // Somebody who shares the descriptor has made it so.
            case EAGAIN: wait(for: POLLOUT, of: rawValue, milliseconds: -1)
            case let number: throw KernelErrno(rawValue: number)
            }
        }
    }

    /// Ends a file after so many bytes.
    nonisolated func cut(to byteCount: Int) throws(KernelErrno) {
        guard ftruncate(rawValue, off_t(byteCount)) == 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Waits until a file is on the disk.
    nonisolated func synchronize() throws(KernelErrno) {
        guard fsync(rawValue) == 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Waits until the contents of a file are on the disk.
    nonisolated func synchronizeData() throws(KernelErrno) {
        guard fdatasync(rawValue) == 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Waits until `descriptor` is as one of `events` of poll(2).
    /// - Parameter milliseconds: -1 for as long as it takes.
    /// - Returns: what has come.
    @discardableResult
    nonisolated static func wait(for events: Int32, of descriptor: Int32, milliseconds: Int32) -> Int32 {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0 ? Int32(entry.revents) : 0
    }

    /// Waits until this or `other` has something to read, or the process is interrupted.
    /// - Returns: whether this has.
    nonisolated func wait(orFor other: FileDescriptor?) -> Bool {
        var entries = [pollfd(fd: rawValue, events: Int16(POLLIN), revents: 0)]
        if let other { entries.append(pollfd(fd: other.rawValue, events: Int16(POLLIN), revents: 0)) }
        return unsafe poll(&entries, nfds_t(entries.count), -1) > 0 && entries[0].revents != 0
    }
}

/// What is done to a path.
nonisolated enum Path {
    /// What stat(2) says; `nil` if it says nothing, and `errno` why.
    static func status(of path: String) -> stat? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status : nil
    }

    /// As ``status(of:)``, of a link itself.
    static func statusOfLink(at path: String) -> stat? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status : nil
    }

    /// Whether nothing is there.
    static func isMissing(_ path: String) -> Bool {
        unsafe access(path, F_OK) != 0 && errno == ENOENT
    }

    static func makeDirectory(_ path: String) throws(KernelErrno) {
        guard unsafe mkdir(path, 0o755) == 0 else { throw KernelErrno(rawValue: errno) }
    }

    static func setMode(of path: String, _ mode: UInt32) throws(KernelErrno) {
        guard unsafe chmod(path, mode) == 0 else { throw KernelErrno(rawValue: errno) }
    }

    static func remove(_ path: String) throws(KernelErrno) {
        guard unsafe unlink(path) == 0 else { throw KernelErrno(rawValue: errno) }
    }
}
