/// Slots of a table by hash: open addressing, linear probing, eight bytes a bucket.
///
/// The hashes are kept beside the slots, so that neither a probe nor growing has to look at entries: a table of a
/// million grows within a few milliseconds.
struct SlotIndex: Sendable {
    private struct Bucket: Sendable {
        /// The slot's number plus one; 0 in a free bucket.
        var slot: UInt32
        var hash: UInt32

        static let free = Bucket(slot: 0, hash: 0)
    }

    private var buckets: [Bucket] = Array(repeating: .free, count: 16)
    private var count = 0

    /// The bucket of the slot with this hash that `isMeant` is true of.
    func bucket(of hash: UInt32, where isMeant: (UInt32) -> Bool) -> Int? {
        var bucket = home(of: hash)
        while buckets[bucket].slot != 0 {
            if buckets[bucket].hash == hash, isMeant(buckets[bucket].slot - 1) { return bucket }
            bucket = next(bucket)
        }
        return nil
    }

    /// The slot in a bucket that ``bucket(of:where:)`` has found.
    subscript(bucket: Int) -> UInt32 {
        get { buckets[bucket].slot - 1 }
        set { buckets[bucket].slot = newValue + 1 }
    }

    mutating func insert(_ slot: UInt32, _ hash: UInt32) {
        if (count + 1) * 4 > buckets.count * 3 { grow() }
        place(Bucket(slot: slot + 1, hash: hash))
        count += 1
    }

    /// Empties a bucket and moves the ones behind it forward, so that no probe ends too early.
    mutating func remove(at start: Int) {
        let mask = buckets.count - 1
        var gap = start
        var bucket = next(start)
        while buckets[bucket].slot != 0 {
            let distance = (bucket - home(of: buckets[bucket].hash)) & mask
            if distance >= (bucket - gap) & mask {
                buckets[gap] = buckets[bucket]
                gap = bucket
            }
            bucket = next(bucket)
        }
        buckets[gap] = .free
        count -= 1
    }

    private func home(of hash: UInt32) -> Int {
        Int(hash) & (buckets.count - 1)
    }

    private func next(_ bucket: Int) -> Int {
        (bucket + 1) & (buckets.count - 1)
    }

    private mutating func place(_ new: Bucket) {
        var bucket = home(of: new.hash)
        while buckets[bucket].slot != 0 { bucket = next(bucket) }
        buckets[bucket] = new
    }

    private mutating func grow() {
        let former = buckets
        buckets = Array(repeating: .free, count: former.count * 2)
        for bucket in former where bucket.slot != 0 { place(bucket) }
    }
}
