/// One statement that the kernel refused, or that is warned about.
package struct StatementFailure: Codable, Hashable, Sendable {
    /// The caller's own file, as it was named; filled in by the client.
    package var file: String?
    /// The line of ``file`` in which the statement begins, from 1.
    package var line: Int?
    /// The column of ``line``, from 1.
    package var column: Int?
    /// Where the statement begins in the call's text, or in ``file``, in bytes of its UTF-8.
    package var offset: Int
    /// Its length in bytes.
    package var length: Int
    /// What was attempted, in one phrase without keys: `add esp 10.0.11.33 spi 0x1e241`.
    package var operation: String
    /// The errno's number; 0 where there is none.
    package var errno: Int
    /// Why, in words, with the errno's name: `it already exists (EEXIST)`.
    package var reason: String

    package init(offset: Int, length: Int, operation: String, errno: Int, reason: String) {
        self.offset = offset
        self.length = length
        self.operation = operation
        self.errno = errno
        self.reason = reason
    }
}
