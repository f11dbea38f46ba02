/// Slots of a table by hash: open addressing, linear probing, eight bytes a bucket.
///
/// The hashes are kept beside the slots, so that neither a probe nor growing has to look at entries. It consists of
/// parts that grow one by one: no insertion into a table of a million takes long.
struct SlotIndex: Sendable {
    /// Where a slot has been found.
    struct Place: Sendable {
        fileprivate let part: Int
        fileprivate let bucket: Int
    }

    private static var partBits: UInt32 { 6 }

    // An empty one lies in memory once: whatever writes to a part takes its own copy of the buckets.
    private var parts = Array(repeating: Part(), count: 1 << partBits)

    /// The place of the slot with this hash that `isMeant` is true of.
    func place(of hash: UInt32, where isMeant: (UInt32) -> Bool) -> Place? {
        let part = Self.part(of: hash)
        return parts[part].bucket(of: hash, where: isMeant).map { Place(part: part, bucket: $0) }
    }

    /// The slot in a place that ``place(of:where:)`` has found.
    subscript(place: Place) -> UInt32 {
        get { parts[place.part].slot(in: place.bucket) }
        set { parts[place.part].set(newValue, in: place.bucket) }
    }

    mutating func insert(_ slot: UInt32, _ hash: UInt32) {
        parts[Self.part(of: hash)].insert(slot, hash)
    }

    mutating func remove(at place: Place) {
        parts[place.part].remove(at: place.bucket)
    }

    // The bits of a hash that its bucket does not depend on.
    private static func part(of hash: UInt32) -> Int {
        Int(hash >> (UInt32(UInt32.bitWidth) - partBits))
    }
}

extension SlotIndex {
    fileprivate struct Bucket: Sendable {
        /// The slot's number plus one; 0 in a free bucket.
        var slot: UInt32
        var hash: UInt32

        static let free = Bucket(slot: 0, hash: 0)
    }

    fileprivate struct Part: Sendable {
        private var buckets: [Bucket] = Array(repeating: .free, count: 16)
        private var count = 0

        func bucket(of hash: UInt32, where isMeant: (UInt32) -> Bool) -> Int? {
            var bucket = home(of: hash)
            while buckets[bucket].slot != 0 {
                if buckets[bucket].hash == hash, isMeant(buckets[bucket].slot - 1) { return bucket }
                bucket = next(bucket)
            }
            return nil
        }

        func slot(in bucket: Int) -> UInt32 { buckets[bucket].slot - 1 }

        mutating func set(_ slot: UInt32, in bucket: Int) { buckets[bucket].slot = slot + 1 }

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
}
