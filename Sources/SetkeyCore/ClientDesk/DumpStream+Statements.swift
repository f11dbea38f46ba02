import ControlProtocol
import IPsec

extension DumpStream {
    /// The next part as statements, of a database that the kernel has told to its end; ``isFinished`` tells whether it was
    /// the last. It may be empty.
    mutating func nextPart(of mirror: inout Mirror, _ saved: SavedStatements) -> WireText {
        var text: [UInt8] = []
        switch database {
        case .associations:
            if !associations.hasBegun { saved.appendHead(of: database, to: &text) }
            let (entries, isLast) = associations.nextPart(
                of: Self.recordsPerPart, &mirror.associations, isDumpOver: true, where: filter.passes)
            for association in entries { saved.append(association, to: &text) }
            isFinished = isLast
        case .policies:
            if !policies.hasBegun { saved.appendHead(of: database, to: &text) }
            let (entries, isLast) = policies.nextPart(
                of: Self.recordsPerPart, &mirror.policies, isDumpOver: true, where: { !$0.identity.isDefault })
            for policy in entries { saved.append(policy, to: &text) }
            isFinished = isLast
            if isLast { appendDefaults(mirror, saved, to: &text) }
        }
        if isFinished { close(&mirror) }
        return WireText(text)
    }

    /// Behind all policies: no packet is dropped that one of them lets pass.
    private func appendDefaults(_ mirror: borrowing Mirror, _ saved: SavedStatements, to text: inout [UInt8]) {
        for direction in Direction.managed {
            if let policy = mirror.policies[PolicyIdentity(defaultOf: direction)] { saved.append(policy, to: &text) }
        }
    }
}
