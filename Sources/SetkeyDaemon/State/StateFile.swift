import Glibc

/// One file of the state directory, for its owner alone.
nonisolated struct StateFile {
    let path: String

    var exists: Bool { unsafe access(path, F_OK) == 0 }

    /// Replaces the contents at once or not at all.
    ///
    /// - Returns: why it could not be done.
    func replace(with text: [UInt8]) -> String? {
        let draft = path + ".new"
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return failure("make", draft) }
        defer { close(descriptor) }
        guard write(text, to: descriptor), fsync(descriptor) == 0 else {
            defer { _ = unsafe unlink(draft) }
            return failure("write", draft)
        }
        guard unsafe rename(draft, path) == 0 else { return failure("rename", draft) }
        return nil
    }

    /// Adds whole lines at the end.
    ///
    /// - Returns: why it could not be done; what had been added is taken back.
    func append(_ text: [UInt8]) -> String? {
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return failure("open", path) }
        defer { close(descriptor) }
        let end = lseek(descriptor, 0, SEEK_END)
        // Half a line at the end is what a daemon was writing when it was killed: it must not swallow ours.
        guard end >= 0, write([10] + text, to: descriptor), fdatasync(descriptor) == 0 else {
            defer { _ = ftruncate(descriptor, end) }
            return failure("write", path)
        }
        return nil
    }

    /// Removes the file, if it is there.
    ///
    /// - Returns: why it could not be done.
    func remove() -> String? {
        guard unsafe unlink(path) != 0, errno != ENOENT else { return nil }
        return failure("remove", path)
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress?.advanced(by: start), $0.count - start)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            start += count
        }
        return true
    }

    private func failure(_ verb: String, _ path: String) -> String {
        "cannot \(verb) \(path): \(Self.text(errno))"
    }

    static func text(_ number: Int32) -> String {
        unsafe String(cString: strerror(number))
    }
}
