import IPsec
import TextBytes

/// `--new-key`: a random key, printed or written into a file; no daemon is asked.
enum NewKeyRun {
    static func run(_ options: NewKeyOptions) throws(ClientFailure) {
        let key = try key(for: Algorithm.table[Int(options.position)], ofBits: options.bitCount)
        let line = "0x\(key.hexadecimal)\n"
        guard let path = options.path else { return try SetkeyClient.say(line) }
        do throws(KernelErrno) {
            try NewFile.write(Array(line.utf8), to: path)
        } catch {
            throw ClientFailure(.failure, "cannot write \(path): \(reason(error, path))")
        }
        try SetkeyClient.say("\(path)\n")
    }

    /// A key of the kernel's random bytes.
    static func key(for row: Algorithm, ofBits bitCount: Int) throws(ClientFailure) -> KeyMaterial {
        do throws(KernelErrno) {
            return try row.newKey(ofBits: bitCount) { (bytes) throws(KernelErrno) in
                try SystemCalls.fillWithRandomBytes(&bytes)
            }
        } catch {
            throw ClientFailure(.failure, "no random bytes: \(systemErrorText(error.rawValue))")
        }
    }

    private static func reason(_ error: KernelErrno, _ path: String) -> String {
        switch error {
        case .exists: "it is there already, and nothing is overwritten"
        case .noEntry:
            "there is no such directory; install -d -m 700 \(NewFile.directory(of: path)) makes it"
        default: systemErrorText(error.rawValue)
        }
    }
}
