package import ControlProtocol
import IPsec

/// One SA in the live table.
package struct LiveRow: Hashable, Sendable {
    /// What identifies the row from sample to sample, and orders the table.
    package struct Key: Hashable, Comparable, Sendable {
        /// The source address, as its record has it.
        package let source: String
        /// The destination address, as its record has it.
        package let destination: String
        /// As its record has it; not whether it is in UDP.
        package let `protocol`: Word<ProtocolName>
        /// 0...4,294,967,295.
        package let spi: Int
        /// `0x1/0xff`; `nil` for none.
        package let mark: String?

        /// By destination, source, protocol, SPI and mark; addresses by their numbers.
        package static func < (left: Key, right: Key) -> Bool {
            if left.destination != right.destination { return precedes(left.destination, right.destination) }
            if left.source != right.source { return precedes(left.source, right.source) }
            return (left.protocol.rawValue, left.spi, left.mark ?? "")
                < (right.protocol.rawValue, right.spi, right.mark ?? "")
        }

        private static func precedes(_ left: String, _ right: String) -> Bool {
            guard let a = IPAddress(left), let b = IPAddress(right) else { return left < right }
            return (a.family.rawValue, a.high, a.low) < (b.family.rawValue, b.high, b.low)
        }
    }

    /// Which SA it is.
    package let key: Key
    /// `esp`, `ah`, `ipcomp`, `esp-udp`.
    package let protocolWord: String
    /// Transport or tunnel, as its record has it.
    package let mode: Word<ModeName>
    /// Whether it is in use, as its record has it.
    package let state: Word<StateName>
    /// What it has carried.
    package let bytes: Int
    /// Bytes a second since the sample before; `nil` in the first.
    package let rate: Int?
    /// Seconds since it was made; `nil` where the kernel does not say.
    package let age: Int?
    /// What came in and was dropped; `nil` where the kernel does not say, or nothing was carried.
    package let numbers: NumbersRecord?
    /// What is left of the limit that ends it first; `nil` without a hard lifetime.
    package let remaining: Remaining?
    /// Whose it is, as its record has it; `nil` where nobody says.
    package internal(set) var owner: String?
}

extension LiveRow {
    /// The same, and nobody says whose it is.
    var withoutOwner: LiveRow {
        var row = self
        row.owner = nil
        return row
    }

    /// Packets that came in and were dropped: replayed, forged, or too late; 0 where the kernel does not say.
    var dropped: Int { numbers.map { $0.replayed + $0.forged + $0.late } ?? 0 }
}

/// What is left until a hard limit.
package struct Remaining: Hashable, Sendable {
    /// What is counted down.
    package enum Unit: Hashable, Sendable {
        /// Since it was made, or first used.
        case seconds
        /// That it has carried.
        case bytes
        /// That it has carried.
        case packets
        /// Sequence numbers, of those that have 32 bits.
        case numbers
    }

    /// What the numbers count.
    package let unit: Unit
    /// Not below zero.
    package let left: Int
    /// Above zero.
    package let limit: Int

    /// The part that is left, 0...1.
    package var fraction: Double { Double(left) / Double(limit) }

    /// Whether so little is left that it is worth a warning.
    var isNearEnd: Bool { fraction < 0.2 }

    /// What is left of `limit` when `used` is gone; `nil` without a limit, which is 0.
    package init?(_ unit: Unit, used: Int, limit: Int) {
        guard limit > 0 else { return nil }
        self.unit = unit
        self.left = min(limit, max(0, limit.subtractingReportingOverflow(max(0, used)).partialValue))
        self.limit = limit
    }

    /// The limit of `association` that is nearest to its end at `time`, in seconds since 1970.
    package init?(_ association: AssociationRecord, at time: Int) {
        let numbers = association.remainingNumbers
        guard let hard = association.hard else {
            guard let numbers else { return nil }
            self = numbers
            return
        }
        let current = association.current
        let sinceUse = current.useTime > 0 ? Self.elapsed(current.useTime, time) : 0
        let candidates = [
            Remaining(.seconds, used: Self.elapsed(current.addTime, time), limit: hard.addTime),
            Remaining(.seconds, used: sinceUse, limit: hard.useTime),
            Remaining(.bytes, used: current.bytes, limit: hard.bytes),
            Remaining(.packets, used: current.allocations, limit: hard.allocations), numbers,
        ]
        guard let nearest = candidates.compactMap(\.self).min(by: { $0.fraction < $1.fraction }) else { return nil }
        self = nearest
    }

    /// Seconds from `start` to `time`, not below zero.
    static func elapsed(_ start: Int, _ time: Int) -> Int {
        let (seconds, overflow) = time.subtractingReportingOverflow(start)
        return overflow ? 0 : max(0, seconds)
    }
}

extension AssociationRecord {
    /// The sequence numbers that are left, when three quarters of them are used.
    fileprivate var remainingNumbers: Remaining? {
        let last = Int(UInt32.max)
        guard let numbers, extensions?.extendedSequence != true,
            extensions?.flags.contains("oseq-may-wrap") != true
        else { return nil }
        let used = max(numbers.sent, numbers.received)
        return used < last - last / 4 ? nil : Remaining(.numbers, used: used, limit: last)
    }
}
