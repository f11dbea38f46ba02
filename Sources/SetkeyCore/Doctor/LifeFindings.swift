import ControlProtocol
import IPsec
import TextBytes

/// SAs that come near to their ends, or wait for their beginning: by lifetimes, by sequence numbers.
struct LifeFindings {
    private static let limit = 20

    let examination: Examination

    private var now: UInt64 { UInt64(clamping: examination.now.seconds) }

    var findings: [FindingRecord] {
        let successors = Set(examination.associations.filter(isFresh).map(Purpose.init))
        var found: [FindingRecord] = []
        for association in examination.associations where found.count < Self.limit {
            if let mark = SequenceMark(association) {
                found.append(
                    examination.finding(
                        mark >= .ninetyNine ? .error : .warning, code: .sequenceEnd, association.sequenceComplaint,
                        about: association))
            }
            if association.state == .larval {
                found.append(
                    examination.finding(
                        .warning, code: .larvalAssociation, "an SA waits for its keys: nothing is sent by it",
                        about: association, cause: "the kernel, or 'getspi', has reserved it, and nobody has filled it",
                        remedy: "add the SA, or see why no key manager does"))
            }
            guard !successors.contains(Purpose(association)), let message = complaint(association) else { continue }
            found.append(
                examination.finding(
                    .warning, code: .lifetimeEnd, message, about: association, remedy: "add the next SA on both ends"))
        }
        return found
    }

    private func complaint(_ association: SecurityAssociation) -> String? {
        guard association.state != .larval else { return nil }
        if let left = secondsLeft(association), isShort(left, of: association) {
            return "an SA ends in \(counted(left, "second")), and none takes its place"
        }
        return association.state == .dying ? "an SA has reached its soft lifetime, and none takes its place" : nil
    }

    /// Until the hard limit of seconds since it was added.
    private func secondsLeft(_ association: SecurityAssociation) -> UInt64? {
        let limit = association.limits.hard.addTime
        guard limit > 0, association.current.addTime > 0 else { return nil }
        let end = association.current.addTime + limit
        return end - min(end, now)
    }

    /// Of its life a tenth at most is left.
    private func isShort(_ left: UInt64, of association: SecurityAssociation) -> Bool {
        left <= association.limits.hard.addTime / 10
    }

    private func isFresh(_ association: SecurityAssociation) -> Bool {
        association.state == .mature && !(secondsLeft(association).map { isShort($0, of: association) } ?? false)
    }

    /// What an SA is for; another one of the same takes its place.
    private struct Purpose: Hashable {
        private let source: IPAddress
        private let destination: IPAddress
        private let ipsecProtocol: IPsecProtocol
        private let mode: Mode
        private let reqID: ReqID
        private let mark: Mark
        private let interfaceID: InterfaceID

        init(_ association: SecurityAssociation) {
            source = association.source
            destination = association.identity.destination
            ipsecProtocol = association.identity.ipsecProtocol
            mode = association.mode
            reqID = association.reqID
            mark = association.identity.mark
            interfaceID = association.interfaceID
        }
    }
}
