package import ControlProtocol

/// The policies of `setkey -DPl`, one line each, as a table that fits a terminal; without a width, as plain fields.
package enum PolicyTable {
    private static let titles = ["DIR", "SOURCE", "DESTINATION", "PROTO", "ACTION", "PRIORITY", "USED", "OWNER"]
    /// The names of the fields of a plain line.
    package static let header = "time dir source destination proto action priority lastused"

    /// The lines of a screen: a title, the policies in the daemon's order, and how many did not fit.
    ///
    /// - Parameters:
    ///   - time: the daemon's clock, seconds since 1970: what ages are counted to.
    package static func lines(_ policies: [PolicyRecord], time: Int, width: Int, height: Int) -> [String] {
        let rows = policies.map { cells($0, used: age(of: $0, at: time)) + [$0.owner ?? "-"] }
        let shown = rows.count < height ? rows : Array(rows.prefix(max(0, height - 2)))
        var lines = aligned([titles] + shown).map { String($0.prefix(width)) }
        if shown.count < rows.count { lines.append(String("... and \(rows.count - shown.count) more".prefix(width))) }
        return lines
    }

    /// One sample; `clock` is the time of day that each of its lines begins with.
    package static func plainLines(_ policies: [PolicyRecord], clock: String) -> [String] {
        policies.map { policy in
            let used = policy.lastUsed == 0 ? "-" : "\(policy.lastUsed)"
            return ([clock] + cells(policy, used: used)).map { $0.replacing(" ", with: ",") }.joined(separator: " ")
        }
    }

    private static func cells(_ policy: PolicyRecord, used: String) -> [String] {
        [
            policy.direction.rawValue, policy.source + port(policy.sourcePort),
            policy.destination + port(policy.destinationPort),
            policy.nextLayer == 255 ? "any" : "\(policy.nextLayer)",
            ([policy.action.rawValue] + policy.transforms).joined(separator: " "), "\(policy.priority)", used,
        ]
    }

    private static func port(_ number: Int) -> String { number == 0 ? "" : "[\(number)]" }

    private static func age(of policy: PolicyRecord, at time: Int) -> String {
        policy.lastUsed == 0 ? "never" : Quantity.duration(max(0, time - policy.lastUsed)) + " ago"
    }

    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            var line = padded.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
