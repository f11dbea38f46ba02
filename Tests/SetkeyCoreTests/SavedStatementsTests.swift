import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What the kernel has becomes a file that makes it again.
@Suite struct SavedStatementsTests {
    private static let key = "0x0102030405060708090a0b0c0d0e0f10"

    /// Whatever both interfaces can say, and what is told apart by order alone.
    private static let common = """
        add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -r 4 -u 7 -lh 3600 -ls 2800 -bh 5000 -E aes-cbc \(key) -A hmac-sha1 0x0102030405060708090a0b0c0d0e0f1011121314 ;
        add 2001:db8::1 2001:db8::2 ah 0x1002 -A hmac-sha256 "0123456789abcdef0123456789abcdef" ;
        add 192.0.2.1 192.0.2.2 ipcomp 0x133 -C deflate ;
        add 192.0.2.1[4500] 192.0.2.2[4501] esp-udp 0x1003 -f nopmtudisc -E null ;
        spdadd 10.1.0.0/16 10.2.0.0/16 tcp -P out prio def + 10 ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:7 ;
        spdadd 10.2.0.0/16 10.1.0.0/16 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require ;
        spdadd 10.2.0.0/16 10.1.0.0/16 any -lh 900 -P fwd discard ;
        spdadd 2001:db8::/32 ::/0 icmp6 135,0 -P out none ;

        """
    private static let richer = """
        add 192.0.2.1 192.0.2.2 esp 0x2001 -m tunnel -r 128 -esn -tfc 900 -mark 0x1/0xff -output-mark 0x7/0xf -if_id 9 -E aes-gcm-16 0x0102030405060708090a0b0c0d0e0f1011121314 ;
        add 192.0.2.1 192.0.2.2 esp 0x2001 -mark 0x2/0xff -sel 10.1.0.0/16 10.2.0.0/16[443] tcp -E aes-cbc \(key) -A hmac-sha256-128 "0123456789abcdef0123456789abcdef" ;
        spdadd 10.1.0.0/16 10.2.0.0/16 any -mark 0x1/0xff -if_id 7 -f localok,icmp -P out ipsec esp/transport//unique:70000 ah/transport//use ;
        spddefault -P fwd discard ;

        """

    private static func parameters(
        _ database: DatabaseName, keys: Bool = true, owned: Bool = false
    ) -> RenderParameters {
        var parameters = RenderParameters(database: database)
        parameters.statements = true
        parameters.showKeys = keys ? true : nil
        parameters.ownedOnly = owned ? true : nil
        return parameters
    }

    /// Both databases, as a client is told them.
    static func save(_ machine: inout Machine, keys: Bool = true, owned: Bool = false) -> String {
        var text = ""
        for database in [DatabaseName.associations, .policies] {
            machine.replies = []
            machine.post(
                .called(keys ? Machine.root : Machine.nobody, .render(parameters(database, keys: keys, owned: owned))))
            for reply in machine.replies { if case .render(let part) = reply.reply { text += part.text.string } }
        }
        return text
    }

    @Test(arguments: Machine.Door.allCases) func whatIsSavedMakesTheSameState(_ door: Machine.Door) throws {
        let text = door == .xfrm ? Self.common + Self.richer : Self.common
        var machine = Machine.started(on: door)
        #expect(try machine.run(text).failures == nil)
        let saved = Self.save(&machine)
        #expect(!saved.contains("left out"), "\(saved)")
        var other = Machine.started(on: door)
        #expect(try other.run(saved).failures == nil)
        #expect(other.contents == machine.contents)
        #expect(Self.save(&other) == saved)
        let statements = saved.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(statements.count == text.split(separator: "\n").count)
    }

    /// Of two policies as strong as each other the older one decides; defaults come when all policies are there.
    @Test func whatIsOlderComesFirst() throws {
        var machine = Machine.started(on: .xfrm)
        _ = try machine.run(
            """
            spddefault -P out discard ;
            spdadd 10.0.0.0/8 10.2.0.0/16 any -P out none ;
            spdadd 10.1.0.0/16 10.2.0.0/16 any -P out discard ;
            """)
        #expect(
            Self.save(&machine) == """
                spdadd 10.0.0.0/8 10.2.0.0/16 any -P out none ;
                spdadd 10.1.0.0/16 10.2.0.0/16 any -P out discard ;
                spddefault -P out discard ;

                """)
    }

    @Test func keysAreCredentialsThatAreNamed() throws {
        var machine = Machine.started(on: .xfrm)
        _ = try machine.run(
            "add 2001:db8::1 2001:db8::2 esp 0x1001 -r 0 -E aes-cbc \(Self.key) -A hmac-md5 \(Self.key) ;")
        let saved = Self.save(&machine, keys: false)
        #expect(
            saved == """
                # @esp-0x1001-2001_db8__2-E: 16 bytes, for aes-cbc
                # @esp-0x1001-2001_db8__2-A: 16 bytes, for hmac-md5
                add 2001:db8::1 2001:db8::2 esp 0x1001 -r 0 -E aes-cbc @esp-0x1001-2001_db8__2-E -A hmac-md5 @esp-0x1001-2001_db8__2-A ;

                """)
        let bytes = KeyMaterial((1...16).map { UInt8($0) })
        var parser = Parser(
            Array(saved.utf8),
            options: ParserOptions(
                credentials: .lookup { name throws(CredentialError) in
                    guard name.hasPrefix("esp-0x1001-2001_db8__2-") else { throw CredentialError(name, advice: "") }
                    return bytes
                }))
        guard case .add(let read)? = parser.next()?.kind else { throw Machine.NoReply() }
        #expect(read.encryptionKey == bytes && read.integrityKey == bytes)
    }

    @Test func keysAreForThePrivileged() {
        var machine = Machine.started()
        machine.post(.called(Machine.nobody, .render(Self.parameters(.associations))))
        #expect(machine.errors.count == 1)
    }

    @Test func foreignEntriesAreSavedUnlessTheFilesAreWanted() throws {
        var machine = Machine.started(on: .xfrm, file: "add 192.0.2.1 192.0.2.2 esp 0x1001 -r 0 -lh 9000 -E null ;\n")
        machine.foreignRun(
            """
            add 192.0.2.1 192.0.2.2 esp 0x1002 -r 0 -lh 9000 -E null ;
            spdadd 10.1.0.0/16 10.2.0.0/16 any -P out none ;
            """)
        machine.settle()
        let owned = "add 192.0.2.1 192.0.2.2 esp 0x1001 -r 0 -lh 9000 -E null ;\n"
        #expect(Self.save(&machine, owned: true) == owned)
        #expect(
            Self.save(&machine) == owned + """
                # foreign, and it ends: whoever made it may put others in its place
                add 192.0.2.1 192.0.2.2 esp 0x1002 -r 0 -lh 9000 -E null ;
                spdadd 10.1.0.0/16 10.2.0.0/16 any -P out none ;

                """)
    }

    /// A part of a large table may have nothing that is wanted: what is behind it comes all the same.
    @Test func partsWithoutAWantedEntryAreNotTheEnd() throws {
        let declared = "add 192.0.2.1 192.0.2.2 esp 0xffff -r 0 -E null ;\n"
        var machine = Machine.started(on: .xfrm)
        machine.foreignRun((0..<450).map { "add 192.0.2.1 192.0.2.2 esp \(1000 + $0) -E null ;\n" }.joined())
        machine.settle()
        machine.file = declared
        machine.post(.reloadRequested)
        #expect(Self.save(&machine, owned: true) == declared)
        #expect(Self.save(&machine).split(separator: "\n").count == 451)
    }

    // MARK: What PF_KEY does not tell

    /// It would be missing without a word.
    @Test func theDaemonMovesToTheInterfaceThatTellsMore() throws {
        let marked = "add 192.0.2.1 192.0.2.2 esp 0x2001 -r 0 -mark 0x2/0xff -E null ;\n"
        var other = Machine.started(on: .xfrm)
        _ = try other.run(marked)
        var machine = Machine.started(on: .pfKey, movingTo: .xfrm)
        (machine.kernel, machine.seconds) = (other.kernel, other.seconds)
        machine.sockets = Machine.Door.pfKey.open(&machine.kernel, receiveLimit: 16 << 20)
        machine.restart()
        #expect(Self.save(&machine, keys: false).hasPrefix("# PF_KEY does not tell all"))
        #expect(machine.door == .pfKey)
        #expect(Self.save(&machine) == marked)
        #expect(machine.door == .xfrm)
    }

    @Test func whereItCannotItIsSaid() throws {
        var machine = Machine.started(on: .pfKey, movingTo: .xfrm)
        machine.richerFailure = "no such interface"
        _ = try machine.run(Self.common)
        let saved = Self.save(&machine)
        #expect(saved.split(separator: "\n").count { $0.hasPrefix("# PF_KEY does not tell all") } == 2)
        #expect(saved.contains("\nadd 192.0.2.1"))
    }

    // MARK: What the language cannot say

    private static func statements(_ keys: KeyNotation = .shown) -> SavedStatements {
        SavedStatements(
            keys: keys, ownership: Ownership(), isOwnedOnly: false,
            options: ParserOptions(traits: .xfrm, allowsInclude: false))
    }

    private static func association(_ change: (inout SecurityAssociation.Fields) -> Void) throws -> String {
        let text = "add 192.0.2.1 192.0.2.2 esp 0x1001 -r 0 -E aes-cbc \(key) ;"
        guard case .add(let association)? = ForeignProgram.statements(text).first?.kind else { throw Machine.NoReply() }
        var fields = association.fields
        change(&fields)
        var output: [UInt8] = []
        statements().append(SecurityAssociation(fields), to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private static func policy(_ change: (inout SecurityPolicy.Fields) -> Void) throws -> String {
        let text = "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//require ;"
        guard case .addPolicy(let policy)? = ForeignProgram.statements(text).first?.kind else {
            throw Machine.NoReply()
        }
        var fields = policy.fields
        change(&fields)
        var output: [UInt8] = []
        statements().append(SecurityPolicy(fields), to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Nothing but comments, none of which has a key.
    private static func isComment(_ text: String) -> Bool {
        text.split(separator: "\n").allSatisfy { $0.hasPrefix("# ") } && !text.contains("0102")
    }

    @Test func whatAnSAHasWithoutWordsIsAComment() throws {
        let saved = try [
            Self.association { $0.state = .larval }, Self.association { $0.isDegraded = true },
            Self.association { $0.mode = .beet },
            Self.association { $0.encapsulation = NATTraversal(type: 1, sourcePort: 500, destinationPort: 500) },
            Self.association { $0.setKeys(encryption: KeyMaterial([1, 2, 1, 2, 5]), integrity: nil) },
        ]
        for (text, reason) in zip(saved, ["larval", "does not tell", "mode", "encapsulation", "key"]) {
            #expect(Self.isComment(text) && text.contains(reason), "\(text)")
        }
    }

    @Test func whatAPolicyHasWithoutWordsIsAComment() throws {
        let saved = try [
            Self.policy { $0.identity = $0.identity.turned(.socketOutbound) },
            Self.policy { policy in
                guard case .protect(var transforms) = policy.action else { return }
                transforms[0].saysMore = true
                policy.action = .protect(transforms)
            },
            Self.policy { $0.flags = PolicyFlags(rawValue: 0x40) },
        ]
        for (text, reason) in zip(saved, ["socket", "action", "flags"]) {
            #expect(Self.isComment(text) && text.contains(reason), "\(text)")
        }
    }

    @Test func limitsThatLinuxDoesNotLookAtAreLeftOut() throws {
        let text = try Self.policy { $0.limits.hard = Lifetime(bytes: 9, addTime: 60) }
        #expect(text.hasPrefix("# without its limits of bytes"))
        #expect(text.hasSuffix("spdadd 10.1.0.0/16 10.2.0.0/16 any -lh 60 -P out ipsec esp/transport//require ;\n"))
    }

    @Test func aKeyThatTheKernelDoesNotTellIsACredential() throws {
        let text = try Self.association { $0.hidesKeys = true }
        #expect(text.contains("locked down") && text.hasSuffix(" -E aes-cbc @esp-0x1001-192.0.2.2-E ;\n"))
        #expect(!text.contains("0102"))
    }

    /// A label of a security module is anybody's text.
    @Test func whatStandsInALabelIsNoStatement() throws {
        for label in ["a\" ; flush ; #", "a\nflush ;\n"] {
            let text = try Self.association {
                $0.securityContext = SecurityContext(domain: 1, algorithm: 1, label: label)
            }
            var parser = Parser(Array(text.utf8), options: ParserOptions(traits: .xfrm))
            let isHarmless = parser.rest().allSatisfy { if case .add = $0.kind { true } else { false } }
            #expect(isHarmless && parser.errorCount == 0, "\(text)")
        }
    }
}
