import Glibc
package import IPsec

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
        guard let value = unsafe getenv("CREDENTIALS_DIRECTORY") else { return .unavailable }
        let directory = CredentialDirectory(path: unsafe String(cString: value))
        return .directory(directory)
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
    private func mode(of path: String) -> mode_t {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status.st_mode : 0
    }

    /// The contents of one credential.
    package func read(_ name: String) throws(CredentialError) -> KeyMaterial {
        let descriptor = unsafe open("\(path)/\(name)", O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else {
            let reason = SourceError.Reason(errno: errno)
            throw CredentialError(
                "the credential \(name) cannot be read: \(reason)",
                advice: "check \(path); a service gets a new credential only when it is restarted")
        }
        defer { close(descriptor) }
        var count = 0
        let whole = KeyMaterial(byteCount: Self.sizeLimit + 1) { bytes in
            unsafe bytes.withUnsafeMutableBytes { buffer in
                while count < buffer.count {
                    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                    let got = unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
                    guard got > 0 else { break }
                    count += got
                }
            }
        }
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
