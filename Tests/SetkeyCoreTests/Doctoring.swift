import ControlProtocol
import IPsec
import SetkeySyntax
import Testing

@testable import SetkeyCore

/// What suites about findings share: a tunnel that works, and its examination.
protocol Doctoring {}

extension Doctoring {
    static var tunnel: String {
        """
        spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;
        spdadd 10.2.0.0/24 10.1.0.0/24 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require ;
        spdadd 10.2.0.0/24 10.1.0.0/24 any -P fwd ipsec esp/tunnel/192.0.2.2-192.0.2.1/require ;

        """
    }
    static var key: String { "0xd41b7790c35ea8f2064d81b93f72ce15" }
    static var otherKey: String { "0x4b7790c3d5ea8f2064d81b93f72ce150" }
    static var associations: String {
        """
        add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E aes-cbc \(key) -A hmac-sha1 \(key)11223344 ;
        add 192.0.2.2 192.0.2.1 esp 0x1002 -m tunnel -E aes-cbc \(otherKey) -A hmac-sha1 \(otherKey)11223344 ;

        """
    }

    /// What the parser makes of a text, as the kernel would have it.
    func examination(
        _ text: String, traits: KernelTraits = .xfrm, trouble: String? = nil, gaps: [String] = [],
        hasSocketDemands: Bool = false,
        seconds: Int = 1_000_000, _ change: (inout SecurityAssociation) -> Void = { _ in }
    ) -> Examination {
        var parser = Parser(SourceText(name: "t", bytes: Array(text.utf8)), options: ParserOptions(traits: .xfrm))
        var associations: [SecurityAssociation] = []
        var policies: [SecurityPolicy] = []
        while let statement = parser.next() {
            switch statement.kind {
            case .add(var association):
                change(&association)
                associations.append(association)
            case .addPolicy(let policy): policies.append(policy)
            default: Issue.record("not expected: \(statement.kind)")
            }
        }
        #expect(parser.errorCount == 0, "\(parser.diagnostics)")
        return Examination(
            associations: associations, policies: policies,
            file: Examination.Standing(
                owners: EntryOwners(state: StateInForce()), trouble: trouble, closedPorts: []),
            traits: traits, now: Instant(seconds: seconds, microseconds: 0, monotonic: 0), gaps: gaps,
            hasSocketDemands: hasSocketDemands)
    }

    /// `severity code` of each finding.
    func found(_ examination: Examination, _ report: MachineReport = MachineReport()) -> [String] {
        examination.result(report).findings(since: nil, at: 0).map { "\($0.severity) \($0.code)" }
    }
}

extension String {
    func replacingFirst(_ word: String, by other: String) -> String {
        guard let range = firstRange(of: word) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
