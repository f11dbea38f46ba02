/// What a ``SourceLoader`` reads by: files of the machine, or in tests a dictionary.
package protocol SourceReader {
    /// The bytes of a file.
    func read(_ path: String) throws(SourceError) -> SourceFile
    /// The paths that match a glob, sorted by their bytes; none is fine.
    func expand(_ pattern: String) -> [String]
}

/// A file that was read.
package struct SourceFile: Sendable {
    package let bytes: [UInt8]
    /// What tells two names of one file from two files.
    package let identity: SourceIdentity

    package init(bytes: [UInt8], identity: SourceIdentity) {
        self.bytes = bytes
        self.identity = identity
    }
}

/// What a file is called by the system, whatever path led to it.
package struct SourceIdentity: Hashable, Sendable {
    package let device: UInt64
    package let number: UInt64

    package init(device: UInt64, number: UInt64) {
        self.device = device
        self.number = number
    }
}
