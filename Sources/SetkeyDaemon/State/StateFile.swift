import Glibc
import SetkeyCore

/// One file of the state directory, for its owner alone.
///
/// It is found from the directory's descriptor, whatever has become of the path meanwhile, and it is what we have made:
/// a regular file of ours. A link, a FIFO or a file of somebody else's is never followed, waited for or believed.
nonisolated struct StateFile: StateStorage {
    let directory: FileDescriptor
    /// The directory's path, for messages.
    let directoryPath: String
    let name: String
    /// The most that we write there, in bytes, and therefore the most that is read.
    let sizeLimit: Int

    var path: String { "\(directoryPath)/\(name)" }

    /// What is written there is not the file's yet.
    private var draft: StateFile {
        StateFile(directory: directory, directoryPath: directoryPath, name: name + ".new", sizeLimit: sizeLimit)
    }

    /// Whether something has its name.
    var exists: Bool { status != nil }

    /// Whether it is there, and ours.
    var isTrusted: Bool { status.map { distrust($0) == nil } ?? false }

    private var status: stat? {
        var status = stat()
        return unsafe fstatat(directory.rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
    }

    /// Why what has `status` is not a file of ours; `nil` if it is one.
    func distrust(_ status: stat) -> String? {
        guard status.st_mode & S_IFMT == S_IFREG else { return "it is not a regular file; remove it" }
        guard status.st_uid == geteuid() else {
            return "it belongs to user \(status.st_uid), not to user \(geteuid()), who runs setkeyd; remove it"
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            return "its group or others may write to it; look at what it says, and remove it or chmod go-w it"
        }
        guard status.st_size <= sizeLimit else {
            return "it has \(status.st_size) bytes, and setkeyd writes at most \(sizeLimit); remove it"
        }
        return nil
    }

    /// Opens what is there, if it is ours.
    ///
    /// - Parameter flags: `O_RDONLY` and the like; opening never waits, and never follows a link.
    /// - Returns: `nil` for `descriptor` if it could not be done, and why; `nil` for both if nothing is there.
    private func open(_ flags: Int32) -> (descriptor: FileDescriptor?, complaint: String?) {
        let flags = flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let rawValue = unsafe openat(directory.rawValue, name, flags)
        guard rawValue >= 0 else {
            guard errno != ENOENT else { return (nil, nil) }
            let number = errno
            // What a link or a device comes to says less than what it is.
            if let reason = status.flatMap(distrust) { return (nil, "cannot use \(path): \(reason)") }
            errno = number
            return (nil, failure("open"))
        }
        let descriptor = FileDescriptor(owning: rawValue)
        var status = stat()
        guard unsafe fstat(rawValue, &status) == 0 else { return (nil, failure("open")) }
        if let reason = distrust(status) { return (nil, "cannot use \(path): \(reason)") }
        return (descriptor, nil)
    }

    /// Gives the contents to `take`, piece by piece.
    ///
    /// - Returns: whether all was read, and why not; no complaint if nothing is there.
    func read(_ take: (ArraySlice<UInt8>) -> Void) -> (isRead: Bool, complaint: String?) {
        let (descriptor, complaint) = open(O_RDONLY)
        guard let descriptor else { return (false, complaint) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor.rawValue, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return (false, failure("read")) }
            guard count > 0 else { return (true, nil) }
            take(buffer[..<count])
        }
    }

    /// Opens the file that keeps others out while it is locked; makes it if need be.
    ///
    /// - Returns: `nil` for `descriptor` if it could not be done, and why.
    func openLock() -> (descriptor: FileDescriptor?, complaint: String?) {
        let flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let rawValue = unsafe openat(directory.rawValue, name, flags, 0o600)
        guard rawValue >= 0 else { return (nil, failure("open")) }
        let descriptor = FileDescriptor(owning: rawValue)
        guard isTrusted else { return (nil, "cannot use \(path): it is not a file of setkeyd's; remove it") }
        return (descriptor, nil)
    }

    /// Replaces the contents at once or not at all.
    ///
    /// - Returns: why it could not be done.
    func replace(with text: [UInt8]) -> String? {
        guard text.count <= sizeLimit else { return tooLarge }
        // What a daemon before us has left, or somebody has put there; a directory stays, and is said to be in the way.
        if let complaint = draft.remove() { return complaint }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe openat(directory.rawValue, draft.name, flags, 0o600)
        guard descriptor >= 0 else { return draft.failure("make") }
        defer { close(descriptor) }
        guard write(text, to: descriptor), fsync(descriptor) == 0 else {
            defer { _ = draft.remove() }
            return draft.failure("write")
        }
        guard unsafe renameat(directory.rawValue, draft.name, directory.rawValue, name) == 0 else {
            return draft.failure("rename")
        }
        return nil
    }

    /// Adds whole lines at the end.
    ///
    /// - Returns: why it could not be done; what had been added is removed again.
    func append(_ text: [UInt8]) -> String? {
        let (opened, complaint) = open(O_RDWR | O_APPEND)
        guard let opened else { return complaint ?? failure("open") }
        let descriptor = opened.rawValue
        // Half a line is what a daemon was writing when it was killed. Left there, and ended by ours, it might be taken
        // for a whole one: an SPI that has lost digits is another.
        let end = endOfLines(descriptor)
        guard end >= 0, ftruncate(descriptor, end) == 0 else { return failure("read") }
        guard Int(end) + text.count <= sizeLimit else { return tooLarge }
        guard write(text, to: descriptor), fdatasync(descriptor) == 0 else {
            defer { _ = ftruncate(descriptor, end) }
            return failure("write")
        }
        return nil
    }

    /// What does not fit is not written: it would not be read.
    private var tooLarge: String { "cannot write \(path): it would have more than \(sizeLimit) bytes" }

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
        guard unsafe unlinkat(directory.rawValue, name, 0) != 0, errno != ENOENT else { return nil }
        return failure("remove")
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

    private func failure(_ verb: String) -> String {
        "cannot \(verb) \(path): \(Self.text(errno))"
    }

    static func text(_ number: Int32) -> String {
        unsafe String(cString: strerror(number))
    }
}
