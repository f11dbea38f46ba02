package import ControlProtocol

/// The SAs from sample to sample: what rates are taken from.
package struct LiveHistory: Sendable {
    private var counted: [LiveRow.Key: Int] = [:]
    private var countedAt: Duration?

    package init() {}

    /// The rows of one sample, in the table's order.
    ///
    /// - Parameters:
    ///   - time: the daemon's clock, seconds since 1970.
    ///   - instant: the client's clock, from any fixed start; rates are taken over it.
    package mutating func rows(of records: [AssociationRecord], time: Int, at instant: Duration) -> [LiveRow] {
        let interval = countedAt.map { (instant - $0) / .seconds(1) } ?? 0
        var next: [LiveRow.Key: Int] = [:]
        next.reserveCapacity(records.count)
        var rows: [LiveRow] = []
        rows.reserveCapacity(records.count)
        for record in records {
            let row = LiveRow(record, time: time, previous: counted, interval: interval)
            next[row.key] = row.bytes
            rows.append(row)
        }
        counted = next
        countedAt = instant
        rows.sort { $0.key < $1.key }
        return rows
    }
}

extension LiveRow {
    fileprivate init(_ record: AssociationRecord, time: Int, previous: [Key: Int], interval: Double) {
        key = Key(
            source: record.source, destination: record.destination, protocol: record.protocol, spi: record.spi,
            mark: record.mark)
        protocolWord = "\(record.protocol)\(record.encapsulation == nil ? "" : "-udp")"
        mode = record.mode
        state = record.state
        bytes = record.current.bytes
        age = record.current.addTime > 0 ? Remaining.elapsed(record.current.addTime, time) : nil
        remaining = Remaining(record, at: time)
        numbers = record.numbers
        owner = record.owner
        rate =
            if interval > 0, let before = previous[key] {
                // An SA that was replaced under the same SPI counts from zero again.
                Int(clamping: Int64(exactly: (Double(max(0, bytes - before)) / interval).rounded()) ?? .max)
            } else {
                nil
            }
    }
}
