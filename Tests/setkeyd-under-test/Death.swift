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

    fileprivate static func isStateFile(_ directory: Int32, _ name: UnsafePointer<CChar>) -> Bool {
        var status = stat()
        return unsafe fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The same file for a function that takes no directory.
    fileprivate static func path(_ directory: Int32, _ name: UnsafePointer<CChar>) -> String {
        let name = unsafe String(cString: name)
        return directory == AT_FDCWD ? name : "/proc/self/fd/\(directory)/\(name)"
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

/// `renameat(2)`; it is not done when death comes.
@_cdecl("renameat")
nonisolated func renameOrDie(
    _ oldDirectory: Int32, _ old: UnsafePointer<CChar>, _ newDirectory: Int32, _ new: UnsafePointer<CChar>
) -> Int32 {
    if unsafe Death.isStateFile(oldDirectory, old), Death.isDue { Death.come() }
    return unsafe rename(Death.path(oldDirectory, old), Death.path(newDirectory, new))
}

/// `unlinkat(2)` of a file; it is not done when death comes.
@_cdecl("unlinkat")
nonisolated func unlinkOrDie(_ directory: Int32, _ name: UnsafePointer<CChar>, _ flags: Int32) -> Int32 {
    if unsafe Death.isStateFile(directory, name), Death.isDue { Death.come() }
    return unsafe unlink(Death.path(directory, name))
}
