/// What a file declares of one kind, in the order of declaration, and by identity.
///
/// Inlinable, because an unspecialized look at an entry costs more than all else that a plan does with it.
@usableFromInline
package struct DeclaredEntries<Identity: Hashable & Sendable, Entry: Sendable>: RandomAccessCollection, Sendable {
    @usableFromInline var entries: [DesiredState.Declared<Entry>]
    @usableFromInline var index: [Identity: Int]
    /// Another one for each change.
    private var mark = Mark()

    private final class Mark: Sendable {}

    init() {
        entries = []
        index = [:]
    }

    /// - Parameter index: where in `entries` each identity stands.
    init(_ entries: [DesiredState.Declared<Entry>], index: [Identity: Int]) {
        self.entries = entries
        self.index = index
    }

    @inlinable
    package var startIndex: Int { 0 }
    @inlinable
    package var endIndex: Int { entries.count }
    @inlinable
    package subscript(position: Int) -> DesiredState.Declared<Entry> { entries[position] }

    /// The declaration of this name.
    @inlinable
    package subscript(identity: Identity) -> DesiredState.Declared<Entry>? {
        index[identity].map { entries[$0] }
    }

    /// Whether there is one of this name.
    @inlinable
    package func contains(_ identity: Identity) -> Bool {
        index[identity] != nil
    }

    /// Adds a declaration at the end, unless there is one of this name.
    mutating func append(_ declared: DesiredState.Declared<Entry>, named identity: Identity) {
        guard index[identity] == nil else { return }
        index[identity] = entries.count
        entries.append(declared)
        mark = Mark()
    }

    /// These, and others behind them, of which names may be declared before: by its name the first one is found.
    func followed(by others: [DesiredState.Declared<Entry>], name: (Entry) -> Identity) -> Self {
        var index = index
        for (position, declared) in others.enumerated() {
            let identity = name(declared.entry)
            if index[identity] == nil { index[identity] = entries.count + position }
        }
        return Self(entries + others, index: index)
    }

    /// Whether both are copies of one, so that they hold the same; two that hold the same need not be.
    package func isCopy(of other: Self) -> Bool { mark === other.mark }
}
