/// Where one file of the state is kept: in the state directory, or in tests in memory.
///
/// What cannot be done is a complaint, which names the file and says why.
package protocol StateStorage: Sendable {
    /// What messages call it.
    var path: String { get }
    /// Whether something has its name.
    var exists: Bool { get }
    /// Whether it is there, and what we have made.
    var isTrusted: Bool { get }

    /// Gives the contents to `take`, piece by piece.
    ///
    /// - Returns: whether all was read, and why not; no complaint if nothing is there.
    func read(_ take: (ArraySlice<UInt8>) -> Void) -> (isRead: Bool, complaint: String?)
    /// Replaces the contents at once or not at all; returns why it could not be done.
    mutating func replace(with text: [UInt8]) -> String?
    /// Adds whole lines at the end; returns why it could not be done, and has then added nothing.
    mutating func append(_ text: [UInt8]) -> String?
    /// Removes it, if it is there; returns why it could not be done.
    mutating func remove() -> String?
    /// Removes what a daemon was writing when it was killed; returns why it could not be done.
    mutating func removeDraft() -> String?
}

extension StateStorage {
    /// The contents.
    ///
    /// - Returns: `nil` for `bytes` if it could not be read, and why; `nil` for both if nothing is there.
    package func read() -> (bytes: [UInt8]?, complaint: String?) {
        var bytes: [UInt8] = []
        let (isRead, complaint) = read { bytes += $0 }
        return (isRead ? bytes : nil, complaint)
    }
}
