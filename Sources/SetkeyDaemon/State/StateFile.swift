import ControlProtocol
import Glibc
import IPsec
import SetkeyCore
import TextBytes

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

    private var status: stat? { directory.status(of: name) }

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
        do throws(KernelErrno) {
            let descriptor = try directory.open(name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
            if let reason = distrust(try descriptor.status()) { return (nil, "cannot use \(path): \(reason)") }
            return (descriptor, nil)
        } catch {
            guard error != .noEntry else { return (nil, nil) }
            // What a link or a device comes to says less than what it is.
            if let reason = status.flatMap(distrust) { return (nil, "cannot use \(path): \(reason)") }
            return (nil, failure("open", error))
        }
    }

    /// Gives the contents to `take`, piece by piece.
    ///
    /// - Returns: whether all was read, and why not; no complaint if nothing is there.
    func read(_ take: (ArraySlice<UInt8>) -> Void) -> (isRead: Bool, complaint: String?) {
        let (descriptor, complaint) = open(O_RDONLY)
        guard let descriptor else { return (false, complaint) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        do throws(KernelErrno) {
            while true {
                let count = try descriptor.read(into: &buffer)
                guard count > 0 else { return (true, nil) }
                take(buffer[..<count])
            }
        } catch {
            return (false, failure("read", error))
        }
    }

    /// Opens the file that keeps others out while it is locked; makes it if need be.
    ///
    /// - Returns: `nil` for `descriptor` if it could not be done, and why.
    func openLock() -> (descriptor: FileDescriptor?, complaint: String?) {
        do throws(KernelErrno) {
            let flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
            let descriptor = try directory.open(name, flags)
            guard isTrusted else { return (nil, "cannot use \(path): it is not a file of setkeyd's; remove it") }
            return (descriptor, nil)
        } catch {
            return (nil, failure("open", error))
        }
    }

    /// Replaces the contents at once or not at all.
    ///
    /// - Returns: why it could not be done.
    func replace(with text: [UInt8]) -> String? {
        guard text.count <= sizeLimit else { return tooLarge }
        // What a daemon before us has left, or somebody has put there; a directory stays, and is said to be in the way.
        if let complaint = draft.remove() { return complaint }
        let made: FileDescriptor
        do throws(KernelErrno) {
            made = try directory.open(draft.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
        } catch {
            return draft.failure("make", error)
        }
        do throws(KernelErrno) {
            try made.write(text)
            try made.synchronize()
        } catch {
            defer { _ = draft.remove() }
            return draft.failure("write", error)
        }
        do throws(KernelErrno) {
            try directory.rename(draft.name, to: name)
            // A name is on the disk when its directory is.
            try directory.synchronize()
            return nil
        } catch {
            return draft.failure("rename", error)
        }
    }

    /// Adds whole lines at the end.
    ///
    /// - Returns: why it could not be done; what had been added is removed again.
    func append(_ text: [UInt8]) -> String? {
        let (opened, complaint) = open(O_RDWR | O_APPEND)
        guard let opened else { return complaint ?? failure("open", .noEntry) }
        let end: Int
        do throws(KernelErrno) {
            // Half a line is what a daemon was writing when it was killed. Left there, and ended by ours, it might be
            // taken for a whole one: an SPI that has lost digits is another.
            end = try endOfLines(opened)
            try opened.cut(to: end)
        } catch {
            return failure("read", error)
        }
        guard end + text.count <= sizeLimit else { return tooLarge }
        do throws(KernelErrno) {
            try opened.write(text)
            try opened.synchronizeData()
            return nil
        } catch {
            defer { try? opened.cut(to: end) }
            return failure("write", error)
        }
    }

    /// What does not fit is not written: it would not be read.
    private var tooLarge: String { "cannot write \(path): it would have more than \(sizeLimit) bytes" }

    /// Where the last whole line ends.
    private func endOfLines(_ descriptor: FileDescriptor) throws(KernelErrno) -> Int {
        var end = Int(try descriptor.status().st_size)
        while end > 0 {
            let start = max(0, end - 512)
            var buffer = [UInt8](repeating: 0, count: end - start)
            guard try descriptor.read(into: &buffer, at: start) == end - start else { throw .inputOutputError }
            if let index = buffer.lastIndex(of: 10) { return start + index + 1 }
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
        do throws(KernelErrno) {
            try directory.remove(name)
            try directory.synchronize()
            return nil
        } catch {
            return error == .noEntry ? nil : failure("remove", error)
        }
    }

    private func failure(_ verb: String, _ errno: KernelErrno) -> String {
        "cannot \(verb) \(path): \(systemErrorText(errno.rawValue))"
    }
}
