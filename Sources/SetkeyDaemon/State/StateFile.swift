import Glibc

/// One file of the state directory, for its owner alone.
nonisolated struct StateFile {
    let path: String

    /// What is written there is not the file's yet.
    private var draft: StateFile { StateFile(path: path + ".new") }

    var exists: Bool { unsafe access(path, F_OK) == 0 }

    /// Replaces the contents at once or not at all.
    ///
    /// - Returns: why it could not be done.
    func replace(with text: [UInt8]) -> String? {
        let draft = draft.path
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
        let descriptor = unsafe open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return failure("open", path) }
        defer { close(descriptor) }
        // Half a line is what a daemon was writing when it was killed. Left there, and ended by ours, it might be taken
        // for a whole one: an SPI that has lost digits is another.
        let end = endOfLines(descriptor)
        guard end >= 0, ftruncate(descriptor, end) == 0 else { return failure("read", path) }
        guard write(text, to: descriptor), fdatasync(descriptor) == 0 else {
            defer { _ = ftruncate(descriptor, end) }
            return failure("write", path)
        }
        return nil
    }

    /// Where the last whole line ends; -1 if that cannot be read.
    private func endOfLines(_ descriptor: Int32) -> off_t {
        var end = lseek(descriptor, 0, SEEK_END)
        var buffer = [UInt8](repeating: 0, count: 512)
        while end > 0 {
            let start = max(0, end - off_t(buffer.count))
            guard unsafe pread(descriptor, &buffer, Int(end - start), start) == Int(end - start) else { return -1 }
            if let index = buffer[..<Int(end - start)].lastIndex(of: 10) { return start + off_t(index) + 1 }
            end = start
        }
        return end
    }

    /// Removes what a daemon was writing when it was killed.
    ///
    /// - Returns: why it could not be done.
    func removeDraft() -> String? { draft.remove() }

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
