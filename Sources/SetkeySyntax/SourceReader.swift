/// What a ``SourceLoader`` reads by: files of the machine, or in tests a dictionary.
package protocol SourceReader {
    /// The bytes of a file; one of more than `limit` is ``SourceError/Reason/tooLarge(limit:)``, and is not read.
    func read(_ path: String, upTo limit: Int) throws(SourceError) -> SourceFile
    /// The paths that match a glob, sorted by their bytes; none is fine, and a directory that cannot be read is not.
    func expand(_ pattern: String) throws(SourceError) -> [String]
    /// Whether there is a directory of this name.
    func isDirectory(_ path: String) -> Bool
}

extension SourceReader {
    /// The bytes of a file, of whatever size this reader takes.
    package func read(_ path: String) throws(SourceError) -> SourceFile { try read(path, upTo: .max) }
}

/// A file that was read.
package struct SourceFile: Sendable {
    /// What is in it; nothing of one that is not trusted and large.
    package let bytes: [UInt8]
    /// What tells two names of one file from two files.
    package let identity: SourceIdentity
    /// Whose it is, and who may do what with it; `nil` for what is no file.
    package let access: SourceAccess?
    /// When it was written last, in seconds since 1970; 0 for what is no file.
    package let modifiedAt: Int

    package init(bytes: [UInt8], identity: SourceIdentity, access: SourceAccess? = nil, modifiedAt: Int = 0) {
        self.bytes = bytes
        self.identity = identity
        self.access = access
        self.modifiedAt = modifiedAt
    }
}

/// Whose a file is, and who may do what with it.
package struct SourceAccess: Hashable, Sendable {
    /// The user id of its owner.
    package let owner: UInt32
    /// The id of its group.
    package let group: UInt32
    /// The permission bits, as chmod(1) takes them.
    package let mode: UInt32

    package init(owner: UInt32, group: UInt32, mode: UInt32) {
        self.owner = owner
        self.group = group
        self.mode = mode & 0o7777
    }
}

/// What a file is called by the system, whatever path led to it.
package struct SourceIdentity: Hashable, Sendable {
    /// `st_dev` of stat(2).
    package let device: UInt64
    /// `st_ino` of stat(2).
    package let number: UInt64

    package init(device: UInt64, number: UInt64) {
        self.device = device
        self.number = number
    }
}
