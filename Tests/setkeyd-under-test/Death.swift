import Glibc
import Synchronization

/// Lets the process die while it changes its state directory, as `SIGKILL` would end it at that moment.
///
/// The functions at the end stand in for those of the C library that have their names: so nothing of the daemon has to
/// know of this.
nonisolated enum Death {
    /// Changes that are still to be made; the process dies instead of the next when there are none.
    private static let changesLeft = Atomic(Int.max)

    /// Lets it die in the middle of the change after so many.
    static func come(after changes: Int) {
        changesLeft.store(changes, ordering: .relaxed)
    }

    fileprivate static var isDue: Bool {
        changesLeft.subtract(1, ordering: .relaxed).oldValue == 0
    }

    fileprivate static func come() -> Never {
        kill(getpid(), SIGKILL)
        while true { pause() }
    }

    /// Whether it is a file of the state directory; logs and sockets are none.
    fileprivate static func isStateFile(_ descriptor: Int32) -> Bool {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    fileprivate static func isStateFile(_ path: UnsafePointer<CChar>) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}

/// `write(2)`; half of what it should write is there when death comes.
@_cdecl("write")
nonisolated func writeOrDie(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    let dies = Death.isStateFile(descriptor) && Death.isDue
    var piece = unsafe iovec(iov_base: bytes, iov_len: dies ? count / 2 : count)
    let written = unsafe writev(descriptor, &piece, 1)
    if dies { Death.come() }
    return written
}

/// `rename(2)`; it is not done when death comes.
@_cdecl("rename")
nonisolated func renameOrDie(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> Int32 {
    if unsafe Death.isStateFile(old), Death.isDue { Death.come() }
    return unsafe renameat(AT_FDCWD, old, AT_FDCWD, new)
}

/// `unlink(2)`; it is not done when death comes.
@_cdecl("unlink")
nonisolated func unlinkOrDie(_ path: UnsafePointer<CChar>) -> Int32 {
    if unsafe Death.isStateFile(path), Death.isDue { Death.come() }
    return unsafe unlinkat(AT_FDCWD, path, 0)
}
