import Glibc
import IPsec
import SetkeySyntax

/// Who else may write a configuration file, or read one that contains keys: such a file is refused.
nonisolated struct ConfigurationAccess {
    /// World-readable sources that contain keys.
    private var exposed: Set<Int> = []
    private let reader: ServiceReader

    init(reader: ServiceReader = .ofThisProcess()) {
        self.reader = reader
    }

    /// Takes the next statement of a source that `access` is about.
    mutating func note(_ loaded: LoadedStatement, in access: SourceAccess?) {
        guard let access, access.mode & 0o004 != 0, loaded.statement.containsKey else { return }
        exposed.insert(loaded.source)
    }

    /// What is wrong with the files and their directories, each with the command that mends it.
    ///
    /// - Parameter searched: directories in which files were sought. Anyone who can remove a file from there, the last one
    ///   too, changes what is declared.
    func objections(to accesses: [SourceAccess?], of sources: [SourceText], searched: Set<String>) -> [String] {
        var objections: [String] = []
        var directories: Set<String> = []
        for (index, access) in accesses.enumerated() {
            guard let access else { continue }
            let path = sources[index].name
            objections += Self.objections(to: access, path, what: "the file")
            if exposed.contains(index) {
                let command = reader.command(for: Self.quoted(path), isOwn: access.owner == geteuid())
                objections.append("\(path): error: it contains keys and is world-readable; \(command)")
            }
            let directory = SourceText.directory(ofFile: path)
            if directories.insert(directory).inserted { objections += Self.objections(toDirectory: directory) }
        }
        for directory in searched.sorted() where directories.insert(directory).inserted {
            objections += Self.objections(toDirectory: directory)
        }
        return objections
    }

    /// Whether nobody else can write a file with this access.
    static func trusts(_ access: SourceAccess) -> Bool {
        objections(to: access, "", what: "").isEmpty
    }

    private static func objections(toDirectory path: String) -> [String] {
        // In a sticky directory nobody replaces another's file.
        guard let access = access(of: path), access.mode & 0o1000 == 0 else { return [] }
        return objections(to: access, path, what: "the directory")
    }

    private static func objections(to access: SourceAccess, _ path: String, what: String) -> [String] {
        let quoted = quoted(path)
        if access.mode & 0o002 != 0 {
            return ["\(path): error: \(what) is world-writable; chmod o-w \(quoted)"]
        }
        if access.mode & 0o020 != 0, access.group != 0, access.group != getegid() {
            return ["\(path): error: the group \(access.group) can write \(what); chmod g-w \(quoted)"]
        }
        if access.owner != 0, access.owner != geteuid() {
            return ["\(path): error: \(what) belongs to the user \(access.owner); chown root \(quoted)"]
        }
        return []
    }

    private static func access(of directory: String) -> SourceAccess? {
        guard let status = Path.status(of: directory) else { return nil }
        return SourceAccess(owner: status.st_uid, group: status.st_gid, mode: status.st_mode)
    }

    /// As a shell takes it for one word.
    static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "/._-+".utf8.contains(byte)
        }
        if isPlain { return path }
        return "'\(path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }
}
