import Glibc
import IPsec

/// Reads files of this machine, and standard input under the name `-`.
package struct FileSourceReader: SourceReader {
    /// A million statements are 200 MB; more than this is a mistake.
    package static let defaultSizeLimit = 1 << 30

    /// A file that others can write is refused in the end, and is read because there may be more to say about it: not
    /// when they have made it large.
    private static let untrustedSizeLimit = 1 << 20

    private let sizeLimit: Int
    private let allowsPipes: Bool
    private let trusts: @Sendable (SourceAccess) -> Bool

    /// - Parameters:
    ///   - sizeLimit: in bytes; a larger file is an error.
    ///   - allowsPipes: whether a FIFO may be read, which waits for its writer: for a client, not for a daemon.
    ///   - trusts: whether a file with this access will be accepted; of a large one that is not, there are no bytes.
    package init(
        sizeLimit: Int = FileSourceReader.defaultSizeLimit, allowsPipes: Bool = false,
        trusts: @escaping @Sendable (SourceAccess) -> Bool = { _ in true }
    ) {
        self.sizeLimit = sizeLimit
        self.allowsPipes = allowsPipes
        self.trusts = trusts
    }

    package func read(_ path: String, upTo limit: Int) throws(SourceError) -> SourceFile {
        try read(open(path), path, min(limit, sizeLimit))
    }

    private func open(_ path: String) throws(SourceError) -> ReadableFile {
        guard path != "-" else { return .standardInput }
        do throws(KernelErrno) {
            return try ReadableFile(path: path, waits: allowsPipes)
        } catch {
            throw SourceError(path: path, reason: .init(errno: error.rawValue))
        }
    }

    private func status(_ file: borrowing ReadableFile, _ path: String) throws(SourceError) -> stat {
        do throws(KernelErrno) {
            return try file.status()
        } catch {
            throw SourceError(path: path, reason: .init(errno: error.rawValue))
        }
    }

    /// The status before and after tells whether somebody wrote in between.
    private func read(_ file: borrowing ReadableFile, _ path: String, _ limit: Int) throws(SourceError) -> SourceFile {
        let before = try status(file, path)
        let type = before.st_mode & S_IFMT
        guard type != S_IFDIR else { throw SourceError(path: path, reason: .directory) }
        guard type == S_IFREG || path == "-" || allowsPipes && type == S_IFIFO else {
            throw SourceError(path: path, reason: .notAFile)
        }
        let expected = type == S_IFREG ? Int(before.st_size) : 0
        let identity = SourceIdentity(device: UInt64(before.st_dev), number: UInt64(before.st_ino))
        let access = SourceAccess(owner: before.st_uid, group: before.st_gid, mode: before.st_mode)
        guard expected <= Self.untrustedSizeLimit || trusts(access) else {
            return SourceFile(bytes: [], identity: identity, access: access)
        }
        guard expected <= limit else { throw SourceError(path: path, reason: .tooLarge(limit: limit)) }
        let bytes = try contents(file, path, expected: expected, limit)
        if type == S_IFREG {
            let after = try status(file, path)
            let isSame =
                after.st_size == before.st_size && after.st_mtim.tv_sec == before.st_mtim.tv_sec
                && after.st_mtim.tv_nsec == before.st_mtim.tv_nsec
            // Standard input may have been read in part before us.
            guard isSame, bytes.count == expected || path == "-" else {
                throw SourceError(path: path, reason: .changedWhileRead)
            }
        }
        return SourceFile(
            bytes: bytes, identity: identity, access: access,
            modifiedAt: type == S_IFREG ? before.st_mtim.tv_sec : 0)
    }

    private func contents(
        _ file: borrowing ReadableFile, _ path: String, expected: Int, _ limit: Int
    ) throws(SourceError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(expected)
        var chunk = max(min(expected + 1, 1 << 20), 1 << 16)
        var complete = CompleteStatements(in: bytes)
        while true {
            // A writer may leave a pipe open behind its `exit`. It is looked for only while there is nothing to read.
            if path == "-", expected == 0, file.wouldBlock {
                complete = CompleteStatements(in: bytes, from: complete.end)
                if complete.endsInput { return bytes }
            }
            do throws(KernelErrno) {
                guard try file.read(upTo: chunk, onto: &bytes) > 0 else { return bytes }
            } catch {
                throw SourceError(path: path, reason: .init(errno: error.rawValue))
            }
            guard bytes.count <= limit else { throw SourceError(path: path, reason: .tooLarge(limit: limit)) }
            chunk = 1 << 20
        }
    }

    package func expand(_ pattern: String) throws(SourceError) -> [String] {
        let paths: [String]
        do throws(KernelErrno) {
            paths = try ReadableFile.paths(matching: pattern)
        } catch {
            throw SourceError(path: pattern, reason: .init(errno: error.rawValue))
        }
        // Not by the locale, as glob(3) sorts: the order must be the same for every user.
        return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    package func isDirectory(_ path: String) -> Bool {
        ReadableFile.status(of: path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    }
}
