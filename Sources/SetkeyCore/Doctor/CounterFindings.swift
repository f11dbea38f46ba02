import ControlProtocol
import IPsec
import TextBytes

/// What the kernel's counters of dropped packets tell, with the entries that are probably behind them.
struct CounterFindings {
    /// How many entries are named as witnesses of one counter.
    private static let limit = 5

    let examination: Examination
    /// The policies that no SA serves, as a rule has found them.
    let unserved: [FindingRecord]

    func findings(_ machine: MachineReport) -> [FindingRecord] {
        machine.counters.compactMap { $0.value > 0 ? finding($0.name, $0.value) : nil }
    }

    private func finding(_ name: String, _ value: UInt64) -> FindingRecord {
        let meaning = CounterMeaning.all[name]
        let (severity, age) = judgement(name, value)
        let what = meaning?.what ?? "were dropped for a reason that only the kernel's source tells"
        return FindingRecord(
            meaning?.isWanted == true ? .note : severity, code: name, "packets \(what)",
            evidence: ["\(name) is \(value)\(age)"] + witnesses(meaning?.witness ?? .none), cause: meaning?.cause,
            remedy: meaning?.remedy)
    }

    /// What has grown since somebody looked is going wrong now; what has not is known.
    private func judgement(_ name: String, _ value: UInt64) -> (DiagnosticSeverity, String) {
        guard let former = examination.former else { return (.warning, " since boot") }
        let last = former.values[name] ?? 0
        let seconds = (examination.now.monotonic &- former.takenAt) / 1_000_000_000
        guard value > last else { return (.note, " as it was \(counted(seconds, "second")) ago") }
        return (.error, ", \(value - last) more than \(counted(seconds, "second")) ago")
    }

    private func witnesses(_ witness: CounterMeaning.Witness) -> [String] {
        switch witness {
        case .none: []
        case .forged:
            most { UInt64($0.numbers.forged) }.map { "\($0): \(counted($1, "packet")) failed the integrity check" }
        case .late:
            most { UInt64($0.numbers.replayed) + UInt64($0.numbers.late) }
                .map { "\($0): \(counted($1, "packet")) seen before or too late" }
        case .usedUp:
            examination.associations.filter { $0.sequenceNumbersLeft == 0 }.prefix(Self.limit)
                .map { "\($0.identity) has used all of its sequence numbers" }
        case .unserved: unserved.prefix(Self.limit).compactMap(\.subject)
        }
    }

    /// The SAs with the most packets of a kind.
    private func most(_ count: (SecurityAssociation) -> UInt64) -> [(SAIdentity, UInt64)] {
        var found: [(SAIdentity, UInt64)] = []
        for association in examination.associations {
            let number = count(association)
            if number > 0 { found.append((association.identity, number)) }
        }
        return Array(found.sorted { $0.1 > $1.1 }.prefix(Self.limit))
    }
}
