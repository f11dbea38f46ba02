/// A dictionary whose growth never moves all that it holds at once: with a million entries that alone would hold the loop
/// longer than it may be held.
package struct ShardedDictionary<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private static var shardBits: Int { 8 }
    /// The number of parts that it is made of; one operation grows one of them at most.
    static var shardCount: Int { 1 << shardBits }

    private var shards: [[Key: Value]] = []
    /// How many keys it has.
    package private(set) var count = 0

    package init() {}

    /// Whether it has none.
    package var isEmpty: Bool { count == 0 }

    /// The value of a key; `nil` for none, and to set `nil` removes it.
    package subscript(key: Key) -> Value? {
        get { shards.isEmpty ? nil : shards[Self.shard(of: key)][key] }
        set {
            if let newValue { updateValue(newValue, forKey: key) } else { removeValue(forKey: key) }
        }
    }

    /// - Returns: what was there before.
    @discardableResult
    mutating func updateValue(_ value: Value, forKey key: Key) -> Value? {
        if shards.isEmpty { shards = Array(repeating: [:], count: Self.shardCount) }
        let former = shards[Self.shard(of: key)].updateValue(value, forKey: key)
        if former == nil { count += 1 }
        return former
    }

    /// - Returns: what was there.
    @discardableResult
    mutating func removeValue(forKey key: Key) -> Value? {
        guard !shards.isEmpty, let former = shards[Self.shard(of: key)].removeValue(forKey: key) else { return nil }
        count -= 1
        return former
    }

    /// Removes from one part, by its number, what `isKept` is not true of.
    mutating func filter(shard: Int, _ isKept: (Key, Value) -> Bool) {
        guard !shards.isEmpty else { return }
        count -= shards[shard].count
        shards[shard] = shards[shard].filter { isKept($0.key, $0.value) }
        count += shards[shard].count
    }

    /// Every key, in no order.
    package var keys: some Sequence<Key> { shards.lazy.flatMap(\.keys) }

    private static func shard(of key: Key) -> Int {
        Int(truncatingIfNeeded: UInt(bitPattern: key.hashValue) >> (UInt.bitWidth - shardBits))
    }
}
