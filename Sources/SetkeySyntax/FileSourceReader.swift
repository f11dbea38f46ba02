import Glibc

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
        let limit = min(limit, sizeLimit)
        guard path != "-" else { return try read(STDIN_FILENO, path, limit) }
        // Without O_NONBLOCK open(2) waits for the writer of a FIFO.
        let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (allowsPipes ? 0 : O_NONBLOCK)
        let descriptor = unsafe open(path, flags)
        guard descriptor >= 0 else { throw SourceError(path: path, reason: .init(errno: errno)) }
        defer { close(descriptor) }
        return try read(descriptor, path, limit)
    }

    /// The status before and after tells whether somebody wrote in between.
    private func read(_ descriptor: Int32, _ path: String, _ limit: Int) throws(SourceError) -> SourceFile {
        let before = try status(descriptor, path)
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
        let bytes = try contents(descriptor, path, expected: expected, limit)
        if type == S_IFREG {
            let after = try status(descriptor, path)
            let isSame =
                after.st_size == before.st_size && after.st_mtim.tv_sec == before.st_mtim.tv_sec
                && after.st_mtim.tv_nsec == before.st_mtim.tv_nsec
            // Standard input may have been read in part before us.
            guard isSame, bytes.count == expected || path == "-" else {
                throw SourceError(path: path, reason: .changedWhileRead)
            }
        }
        return SourceFile(bytes: bytes, identity: identity, access: access)
    }

    private func status(_ descriptor: Int32, _ path: String) throws(SourceError) -> stat {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw SourceError(path: path, reason: .init(errno: errno)) }
        return status
    }

    private func contents(
        _ descriptor: Int32, _ path: String, expected: Int, _ limit: Int
    ) throws(SourceError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(expected)
        var chunk = max(min(expected + 1, 1 << 20), 1 << 16)
        var complete = CompleteStatements(in: bytes)
        while true {
            let start = bytes.count
            // A writer may leave a pipe open behind its `exit`. It is looked for only while there is nothing to read.
            if path == "-", expected == 0, Self.wouldBlock(descriptor) {
                complete = CompleteStatements(in: bytes, from: complete.end)
                if complete.endsInput { return bytes }
            }
            var got = 0
            bytes += unsafe [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
                got = unsafe Glibc.read(descriptor, buffer.baseAddress, chunk)
                count = max(got, 0)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw SourceError(path: path, reason: .init(errno: errno)) }
            guard got > 0 else { return bytes }
            guard start + got <= limit else { throw SourceError(path: path, reason: .tooLarge(limit: limit)) }
            chunk = 1 << 20
        }
    }

    private static func wouldBlock(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 0
    }

    package func expand(_ pattern: String) throws(SourceError) -> [String] {
        var result = unsafe glob_t()
        defer { unsafe globfree(&result) }
        // Unasked, glob(3) takes a directory that it cannot read for an empty one, and all that is declared in it would
        // be removed.
        let status = unsafe glob(pattern, 0, { SourceError.Reason(errno: $1) == .missing ? 0 : 1 }, &result)
        guard status == 0 || status == GLOB_NOMATCH else {
            throw SourceError(path: pattern, reason: .init(errno: status == GLOB_NOSPACE ? ENOMEM : errno))
        }
        var paths: [String] = []
        for index in 0..<Int(unsafe result.gl_pathc) {
            if let path = unsafe result.gl_pathv[index] { paths.append(unsafe String(cString: path)) }
        }
        // Not by the locale, as glob(3) sorts: the order must be the same for every user.
        return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    package func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
