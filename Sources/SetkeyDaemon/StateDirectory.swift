import Glibc
import SetkeyCore
import SetkeySyntax

/// Where the daemon keeps what must outlive it: the identities that its file owns. No keys.
struct StateDirectory {
    let path: String

    private var file: String { path + "/owned" }

    /// Makes the directory, if it is not there; its parent must be.
    init(path: String) throws(StartError) {
        self.path = path
        guard unsafe mkdir(path, 0o755) != 0 else { return }
        let number = errno
        guard number == EEXIST else {
            throw StartError("cannot make the state directory \(path): \(Self.text(number))")
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw StartError("the state directory \(path) is not a directory; name another with --state-directory")
        }
    }

    /// What the last daemon left; nothing if it left nothing.
    /// - Returns: the identities, and what is wrong with the file, if anything.
    func load() -> (OwnedIdentities, complaint: String?) {
        do throws(SourceError) {
            let text = String(decoding: try FileSourceReader().read(file).bytes, as: UTF8.self)
            var unreadable = 0
            let owned = OwnedIdentities(parsing: text, unreadable: &unreadable)
            guard unreadable > 0 else { return (owned, nil) }
            return (owned, "\(file): \(unreadable) lines are not readable; what they named counts as foreign")
        } catch {
            guard error.reason != .missing else { return (OwnedIdentities(), nil) }
            return (OwnedIdentities(), "\(error); what an earlier file declared counts as foreign")
        }
    }

    /// Replaces the file at once or not at all.
    /// - Returns: why it could not be written.
    func save(_ owned: OwnedIdentities) -> String? {
        let draft = file + ".new"
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return failure("make", draft) }
        defer { close(descriptor) }
        guard write(Array(owned.text.utf8), to: descriptor), fsync(descriptor) == 0 else {
            defer { _ = unsafe unlink(draft) }
            return failure("write", draft)
        }
        guard unsafe rename(draft, file) == 0 else { return failure("rename", draft) }
        return nil
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
        """
        cannot \(verb) \(path): \(Self.text(errno)); after a restart the daemon will not know what this file declared, \
        and what is taken out of it meanwhile stays in the kernel
        """
    }

    private static func text(_ number: Int32) -> String {
        unsafe String(cString: strerror(number))
    }
}
