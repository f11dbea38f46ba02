package import IPsec

/// What a file declares of one kind, in the order of declaration, and by identity.
package struct DeclaredEntries<Identity: Hashable & Sendable, Entry: Sendable>: RandomAccessCollection, Sendable {
    private var entries: [DesiredState.Declared<Entry>]
    private var index: [Identity: Int]

    init() {
        entries = []
        index = [:]
    }

    /// - Parameter index: where in `entries` each identity stands.
    init(_ entries: [DesiredState.Declared<Entry>], index: [Identity: Int]) {
        self.entries = entries
        self.index = index
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }
    package subscript(position: Int) -> DesiredState.Declared<Entry> { entries[position] }

    /// The declaration of this name.
    package subscript(identity: Identity) -> DesiredState.Declared<Entry>? {
        index[identity].map { entries[$0] }
    }

    /// Whether there is one of this name.
    package func contains(_ identity: Identity) -> Bool {
        index[identity] != nil
    }

    /// Adds a declaration at the end, unless there is one of this name.
    mutating func append(_ declared: DesiredState.Declared<Entry>, named identity: Identity) {
        guard index[identity] == nil else { return }
        index[identity] = entries.count
        entries.append(declared)
    }

    /// Whether there is one of this name; quicker if it stands at `position`, as it mostly does in two versions of one
    /// file.
    package func contains(_ identity: Identity, near position: Int) -> Bool
    where Entry: Named, Entry.Identity == Identity {
        position < entries.count && entries[position].entry.identity == identity || contains(identity)
    }
}
