/// By what a whole reading has come to what it declares: the files in their order, and what the patterns of includes stood
/// for. Where all of that is as it was, so is what is declared, and no statement has to be looked at.
package struct ReadingTrace: Sendable {
    private struct File: Sendable {
        let path: String
        let name: String
        let byteCount: Int
        let digest: TextDigest
        let identity: SourceIdentity
        let access: SourceAccess?
    }

    private struct Expansion: Sendable {
        let pattern: String
        let paths: [String]
    }

    private let options: ParserOptions
    private var files: [File] = []
    private var expansions: [Expansion] = []
    private var directories: [String: Bool] = [:]
    /// Whether it depends on something else as well, such as credentials.
    private var isPartial = false

    init(_ options: ParserOptions) { self.options = options }

    /// A file has been read.
    mutating func note(_ file: SourceFile, at path: String, called name: String) {
        files.append(
            File(
                path: path, name: name, byteCount: file.bytes.count, digest: TextDigest(file.bytes.span),
                identity: file.identity, access: file.access))
    }

    /// A pattern has been found to stand for these files.
    mutating func note(_ pattern: String, standsFor paths: [String]) {
        expansions.append(Expansion(pattern: pattern, paths: paths))
    }

    /// Files were sought in a directory, which is there or not.
    mutating func note(directory: String, exists: Bool) { directories[directory] = exists }

    /// What was read depends on more than the texts.
    mutating func notePartial() { isPartial = true }

    /// The files once more, if each of them, whose it is, and all that the patterns stand for are as they were.
    package func reread(by reader: some SourceReader, options: ParserOptions) -> Reread? {
        guard !isPartial, !files.isEmpty, self.options.understandsAlike(options) else { return nil }
        for (directory, exists) in directories where reader.isDirectory(directory) != exists { return nil }
        for expansion in expansions {
            guard let paths = try? reader.expand(expansion.pattern), paths == expansion.paths else { return nil }
        }
        var reread = Reread(searchedDirectories: Set(directories.keys))
        for file in files {
            guard let again = try? reader.read(file.path, upTo: file.byteCount), again.identity == file.identity,
                again.access == file.access, again.bytes.count == file.byteCount,
                TextDigest(again.bytes.span) == file.digest
            else { return nil }
            reread.sources.append(SourceText(name: file.name, bytes: again.bytes))
            reread.accesses.append(again.access)
            reread.modifiedAt = max(reread.modifiedAt, again.modifiedAt)
        }
        return reread
    }

    /// Files that are as they were.
    package struct Reread: Sendable {
        package fileprivate(set) var sources: [SourceText] = []
        /// Whose each of ``sources`` is.
        package fileprivate(set) var accesses: [SourceAccess?] = []
        /// When the last of them was written, in seconds since 1970.
        package fileprivate(set) var modifiedAt = 0
        package let searchedDirectories: Set<String>
    }
}
