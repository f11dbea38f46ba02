import Glibc
import IPsec

/// A directory with files of its own, removed in the end.
final class TemporaryDirectory {
    let path: String
    private var names: [String] = []

    init() throws {
        path = "/tmp/setkey-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let result = unsafe mkdir(path, 0o700)
        guard result == 0 else { throw KernelErrno(rawValue: errno) }
    }

    func write(_ text: String, to name: String) throws {
        names.append(name)
        guard let file = unsafe fopen("\(path)/\(name)", "w") else { throw KernelErrno(rawValue: errno) }
        unsafe fputs(text, file)
        unsafe fclose(file)
    }

    /// Removes a file in the end that somebody else makes.
    func adopt(_ name: String) {
        names.append(name)
    }

    deinit {
        for name in names { _ = unsafe unlink("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }
}
