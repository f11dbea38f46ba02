import Glibc
import IPsec

/// A file that only its owner may read, which is there whole or not at all, and never in the place of another.
enum NewFile {
    /// The directory that `path` is in.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Writes `contents` to a file that did not exist.
    ///
    /// They are written under another name first; a link, unlike a renaming, replaces nothing.
    /// - Throws: the errno; nothing is at `path` then that was not there before.
    static func write(_ contents: [UInt8], to path: String) throws(KernelErrno) {
        let draft = "\(path).\(getpid()).new"
        let descriptor = try check(unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600))
        defer {
            _ = unsafe unlink(draft)
            close(descriptor)
        }
        // A mask may have taken bits away from the mode.
        _ = try check(fchmod(descriptor, 0o600))
        var done = 0
        while done < contents.count {
            do throws(KernelErrno) {
                done += try SystemCalls.write(contents.span.extracting(done...), to: descriptor)
            } catch {
                guard error.rawValue == EINTR else { throw error }
            }
        }
        _ = try check(fsync(descriptor))
        _ = try check(unsafe link(draft, path))
        synchronize(directory(of: path))
    }

    /// Has the name on the disk as well; where that cannot be done the file is there all the same.
    private static func synchronize(_ directory: String) {
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func check(_ result: Int32) throws(KernelErrno) -> Int32 {
        guard result >= 0 else { throw KernelErrno(rawValue: errno) }
        return result
    }
}
