import Glibc
package import IPsec
import TextBytes

/// The directory in which the service manager puts a service's secrets (`$CREDENTIALS_DIRECTORY`).
package struct CredentialDirectory: Sendable {
    /// No key is longer than 640 bits, 160 hexadecimal digits; whatever is longer is not a key.
    private static let sizeLimit = 1024

    private let path: String

    package init(path: String) {
        self.path = path
    }

    /// The credentials of this process: those of `$CREDENTIALS_DIRECTORY`, or none.
    package static func ofThisProcess() -> Credentials {
        guard let path = environmentVariable("CREDENTIALS_DIRECTORY") else { return .unavailable }
        return .directory(CredentialDirectory(path: path))
    }

    /// Whether `name` names a file in the directory, and nothing outside of it.
    package static func isValidName(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == 45 || byte == 46 || byte == 95
        }
        return isPlain && !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".."
    }

    /// Whether every user of the machine can read a credential.
    func isWorldReadable(_ name: String) -> Bool {
        mode(of: path) & 0o001 != 0 && mode(of: "\(path)/\(name)") & 0o004 != 0
    }

    /// The permission bits of a file; none where it cannot be asked.
    private func mode(of path: String) -> mode_t { ReadableFile.status(of: path)?.st_mode ?? 0 }

    private func open(_ name: String) throws(CredentialError) -> ReadableFile {
        do throws(KernelErrno) {
            return try ReadableFile(path: "\(path)/\(name)", waits: false)
        } catch {
            throw CredentialError(
                "the credential \(name) cannot be read: \(SourceError.Reason(errno: error.rawValue))",
                advice: "check \(path); a service gets a new credential only when it is restarted")
        }
    }

    /// The contents of one credential.
    package func read(_ name: String) throws(CredentialError) -> KeyMaterial {
        let file = try open(name)
        var count = 0
        let whole = KeyMaterial(byteCount: Self.sizeLimit + 1) { count = file.read(into: &$0) }
        guard count > 0, count <= Self.sizeLimit else {
            let reason = count == 0 ? "empty or unreadable" : "longer than any key"
            throw CredentialError(
                "the credential \(name) is \(reason)", advice: "it must contain the key and nothing else")
        }
        return whole.withBytes { bytes in
            KeyMaterial(byteCount: count) { WrittenKey.copy(bytes.extracting(first: count), to: &$0) }
        }
    }
}
