import ControlProtocol

/// Rows as plain lines, for files and pipes: exact numbers, one SA a line, fields separated by single spaces.
package enum LiveLog {
    /// The names of the fields.
    package static let header =
        "time proto spi source destination mode state bytes bytes/s age left replayed forged late"

    /// One sample; `clock` is the time of day that each of its lines begins with.
    package static func lines(_ rows: [LiveRow], clock: String) -> [String] {
        rows.map { row in
            [
                clock, row.protocolWord, Quantity.spi(row.key.spi), row.key.source, row.key.destination,
                row.mode.rawValue, row.state.rawValue, "\(row.bytes)", row.rate.map { "\($0)" } ?? "-",
                row.age.map { "\($0)" } ?? "-",
                row.remaining?.plainText ?? "-",
                row.numbers.map { "\($0.replayed) \($0.forged) \($0.late)" } ?? "- - -",
            ].joined(separator: " ")
        }
    }
}

extension Remaining {
    /// `58s`, `1200bytes`, `12packets`: one field.
    fileprivate var plainText: String {
        switch unit {
        case .seconds: "\(left)s"
        case .bytes: "\(left)bytes"
        case .packets: "\(left)packets"
        case .numbers: "\(left)numbers"
        }
    }
}
