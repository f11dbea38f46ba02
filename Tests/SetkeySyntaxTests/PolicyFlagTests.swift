import IPsec
import SetkeySyntax
import TestSupport
import Testing

/// `-f` of policies.
struct PolicyFlagTests {
    private let xfrm = ParserOptions(traits: .xfrm)

    private func policy(_ options: String) -> String { "spdadd 10.0.0.1 10.0.0.2 any \(options) -P out none ;" }

    @Test(
        arguments: [
            ("", PolicyFlags()), ("-f localok", .localOK), ("-f icmp", .icmp), ("-f localok,icmp", [.localOK, .icmp]),
            ("-f icmp , localok", [.localOK, .icmp]), ("-f localok -mark 1 -f icmp", [.localOK, .icmp]),
        ] as [(String, PolicyFlags)])
    func theyAddUp(options: String, flags: PolicyFlags) throws {
        guard case .addPolicy(let policy)? = Parsed(policy(options), xfrm).kinds.first else {
            Issue.record("no policy")
            return
        }
        #expect(policy.flags == flags)
    }

    @Test(arguments: [
        ("-f local", "1:33: error: this is not a flag of policies; write localok, icmp or localok,icmp"),
        ("-f localok,", "1:42: error: this is not a flag of policies; write localok, icmp or localok,icmp"),
        ("-f localok,any", "1:41: error: this is not a flag of policies; write localok, icmp or localok,icmp"),
    ])
    func whatIsNoneIsAnErrorAtItsPlace(options: String, wanted: String) {
        #expect(Parsed(policy(options), xfrm).headlines == [wanted])
    }

    @Test func pfKeyCannotSayThem() {
        let headlines = Parsed(policy("-f icmp")).headlines
        #expect(headlines.count == 1 && headlines[0].hasPrefix("1:30: error: PF_KEY cannot express flags of policies"))
    }

    @Test func aDumpShowsThemInALineOfItsOwn() throws {
        guard case .addPolicy(var policy)? = Parsed(policy("-f icmp,localok"), xfrm).kinds.first else {
            Issue.record("no policy")
            return
        }
        #expect(Self.dump(policy).contains("\n\tflags=localok,icmp\n\tspid="))
        policy.flags = PolicyFlags(rawValue: 64)
        #expect(Self.dump(policy).contains("\n\tflags=64\n"))
        policy.flags = []
        #expect(!Self.dump(policy).contains("flags"))
    }

    private static func dump(_ policy: SecurityPolicy) -> String {
        var format = DumpFormat(options: .init(processID: 1), now: 0)
        var text: [UInt8] = []
        format.append(policy, isLast: true, to: &text)
        return dumpText(text)
    }
}
