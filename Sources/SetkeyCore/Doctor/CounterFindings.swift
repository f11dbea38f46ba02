import ControlProtocol
import IPsec
import TextBytes

/// What one of the kernel's counters of dropped packets has come to, and the entries that are probably behind it.
struct CounterObservation: Sendable {
    let name: String
    let value: UInt64
    let witnesses: [String]

    /// What it tells somebody who has looked before, or has not.
    ///
    /// - Parameters:
    ///   - former: the counters as they were then.
    ///   - now: on the monotonic clock.
    func finding(since former: CounterBook?, at now: UInt64) -> FindingRecord {
        let meaning = CounterMeaning.all[name]
        let (severity, age) = judgement(since: former, at: now, meaning)
        let what = meaning?.what ?? "were dropped for a reason that only the kernel's source tells"
        return FindingRecord(
            severity, code: name, "packets \(what)", evidence: ["\(name) is \(value)\(age)"] + witnesses,
            cause: meaning?.cause, remedy: meaning?.remedy)
    }

    /// What has grown since is going wrong now; what has not is known.
    private func judgement(
        since former: CounterBook?, at now: UInt64, _ meaning: CounterMeaning?
    ) -> (DiagnosticSeverity, String) {
        let isWanted = meaning?.isWanted == true
        guard let former else { return (isWanted ? .note : .warning, " since boot") }
        let last = former.values[name] ?? 0
        let seconds = (now &- former.takenAt) / 1_000_000_000
        guard value > last else { return (.note, " as it was \(counted(seconds, "second")) ago") }
        let age = ", \(value - last) more than \(counted(seconds, "second")) ago"
        if isWanted { return (.note, age) }
        return (meaning?.isOpenToStrangers == true ? .warning : .error, age)
    }
}

/// Looks for the entries behind the counters.
struct CounterFindings {
    /// How many entries are named as witnesses of one counter.
    private static let limit = 5

    let examination: Examination
    /// The policies that no SA serves, as a rule has found them.
    let unserved: [FindingRecord]

    func observations(_ machine: MachineReport) -> [CounterObservation] {
        machine.counters.filter { $0.value > 0 }.map { counter in
            CounterObservation(
                name: counter.name, value: counter.value,
                witnesses: witnesses(CounterMeaning.all[counter.name]?.witness ?? .none))
        }
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
