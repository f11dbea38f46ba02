import ControlProtocol
import IPsec

/// In what two ends of tunnels differ: a pure function of what each of them has.
///
/// SAs belong together that have one destination, protocol and SPI; policies that are for the same packets, here as they
/// leave and there as they come in, or the other way round. What has no partner counts if it leads from one end to the other;
/// everything else is of other tunnels.
package struct EndComparison: Sendable {
    /// The differences, SAs first.
    package private(set) var differences: [EndDifference] = []
    /// Pairs of SAs.
    package private(set) var associations = 0
    /// Pairs of policies.
    package private(set) var policies = 0
    /// Pairs of keys.
    package private(set) var keys = 0
    /// Pairs of keys of which one is not known.
    package private(set) var unknownKeys = 0
    /// Entries here that are of other tunnels.
    package private(set) var othersHere = 0
    /// Entries there that are of other tunnels.
    package private(set) var othersThere = 0

    let here: ComparedEnd
    let there: ComparedEnd
    private let addresses: (here: EndAddresses, there: EndAddresses)

    /// Whether both ends tell what PF_KEY does not.
    var tellsAll: Bool { here.tellsAll && there.tellsAll }

    package init(here: ComparedEnd, there: ComparedEnd) {
        self.here = here
        self.there = there
        addresses = (EndAddresses(of: here), EndAddresses(of: there))
        compareAssociations()
        comparePolicies()
        notePoliciesThatNeverMeet()
        guard associations + policies == 0, differences.isEmpty, othersHere + othersThere > 0 else { return }
        differences.append(
            EndDifference(
                entry: "all entries", field: .presence, here: "\(othersHere), none for the other end",
                there: "\(othersThere), none for this end"))
    }

    // MARK: What belongs together

    private mutating func compareAssociations() {
        let pairing = Pairing(here.associations.filter(\.isKeyed), there.associations.filter(\.isKeyed)) {
            AssociationPlace($0)
        }
        let judge = AssociationJudge(here: here, there: there)
        for (one, other) in pairing.pairs {
            associations += 1
            let verdict = judge.verdict(one, other)
            differences += verdict.differences
            keys += verdict.keys
            unknownKeys += verdict.unknownKeys
        }
        note(pairing.hereAlone.map { ($0.placeText, $0.ends) }, isHere: true)
        note(pairing.thereAlone.map { ($0.placeText, $0.ends) }, isHere: false)
    }

    private mutating func comparePolicies() {
        let pairing = Pairing(
            here.policies.filter(\.isComparable), there.policies.filter(\.isComparable).map(\.turnedRound)
        ) { PolicyPlace($0) }
        for (one, other) in pairing.pairs {
            // Two ends that protect the same packets in no way need not agree about them.
            guard one.protects || other.protects else { continue }
            policies += 1
            differences += PolicyJudge.differences(one, other)
        }
        note(pairing.hereAlone.map { ($0.placeText, $0.ends) }, isHere: true)
        note(pairing.thereAlone.map { ($0.placeText, $0.ends) }, isHere: false)
    }

    /// Two ends that share SAs and have no policy in common: one of them has that of another machine, or none of them is the
    /// mirror image of one of the other.
    private mutating func notePoliciesThatNeverMeet() {
        let (ours, theirs) = (here.policies.count(where: \.protects), there.policies.count(where: \.protects))
        guard associations > 0, policies == 0, ours > 0, theirs > 0 else { return }
        differences.append(
            EndDifference(
                entry: "all policies", field: .presence, here: "\(ours), none for the other end",
                there: "\(theirs), none for this end"))
    }

    /// What has no partner.
    private mutating func note(_ entries: [(text: String, ends: EndPair?)], isHere: Bool) {
        for entry in entries {
            if let ends = entry.ends, ends.leads(between: addresses.here, and: addresses.there) {
                differences.append(
                    EndDifference(
                        entry: entry.text, field: .presence, here: isHere ? "present" : "missing",
                        there: isHere ? "missing" : "present"))
            } else if isHere {
                othersHere += 1
            } else {
                othersThere += 1
            }
        }
    }
}

/// Two lists by what belongs together in them.
private struct Pairing<Entry> {
    private(set) var pairs: [(Entry, Entry)] = []
    private(set) var hereAlone: [Entry] = []
    private(set) var thereAlone: [Entry] = []

    /// - Parameter place: what is equal for two that belong together; several of one place do in their order.
    init<Place: Hashable & Comparable>(_ here: [Entry], _ there: [Entry], at place: (Entry) -> Place) {
        let ours = Dictionary(grouping: here, by: place)
        let theirs = Dictionary(grouping: there, by: place)
        for key in Set(ours.keys).union(theirs.keys).sorted() {
            let (one, other) = (ours[key] ?? [], theirs[key] ?? [])
            pairs += zip(one, other)
            hereAlone += one.dropFirst(other.count)
            thereAlone += other.dropFirst(one.count)
        }
    }
}
