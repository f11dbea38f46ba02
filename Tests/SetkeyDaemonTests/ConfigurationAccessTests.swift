import Glibc
import SetkeyCore
import SetkeySyntax
import Testing

@testable import SetkeyDaemon

@Suite struct ConfigurationAccessTests {
    private let directory = ControlServerFixture.temporaryDirectory()
    private static let key = String(repeating: "ab", count: 64)
    private static let literal = "add ::1 ::2 esp 300 -E null -A hmac-sha512 0x\(key) ;\n"
    private static let keyless = "add ::1 ::2 esp 301 -E null ;\nspdadd ::1 ::2 any -P in none ;\n"

    /// What reading a file of this text and mode says; nothing where it is fine.
    private func complaints(_ text: String, mode: mode_t) -> [String] {
        let path = directory + "/setkey.conf"
        write(text, to: path, mode: mode)
        var nothing = FormerReading()
        guard case .invalid(let messages) = ConfigurationFile(path: path, isDefault: false).read(reusing: &nothing)
        else { return [] }
        return messages
    }

    private func write(_ text: String, to path: String, mode: mode_t) {
        let bytes = Array(text.utf8)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        #expect(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        #expect(fchmod(descriptor, mode) == 0)
        close(descriptor)
    }

    @Test(arguments: [0o600, 0o640, 0o400, 0o660] as [mode_t]) func aFileOfOnesOwnIsFine(mode: mode_t) {
        #expect(complaints(Self.literal, mode: mode).isEmpty)
    }

    @Test func everybodyMayReadWhatHoldsNoKeys() {
        #expect(complaints(Self.keyless, mode: 0o644).isEmpty)
        #expect(
            complaints(Self.literal, mode: 0o644) == [
                "\(directory)/setkey.conf: error: it contains keys and is world-readable; "
                    + ServiceReader.ofThisProcess().command(for: "\(directory)/setkey.conf", isOwn: true)
            ])
    }

    /// Without the right group the daemon could not read the file any more.
    @Test func adviceLeavesTheFileReadableForTheDaemon() {
        #expect(
            ServiceReader(group: "_setkeyd").command(for: "/etc/a.conf", isOwn: false)
                == "chown root:_setkeyd /etc/a.conf; chmod 640 /etc/a.conf")
        // Nobody but root can give a file away.
        let own = ServiceReader(group: "_setkeyd").command(for: "/home/a.conf", isOwn: true)
        #expect(own.hasPrefix("chown root:_setkeyd ") == (geteuid() == 0))
        #expect(ServiceReader(group: nil).command(for: "/etc/a.conf", isOwn: true) == "chmod o-rwx /etc/a.conf")
    }

    @Test func whatTheDaemonCannotReadIsGivenToIt() {
        let daemon = ServiceReader(group: "_setkeyd")
        #expect(
            daemon.remedy(for: "/etc/setkeyd/conf.d/a.conf", mode: "640")
                == "chown root:_setkeyd /etc/setkeyd/conf.d/a.conf; chmod 640 /etc/setkeyd/conf.d/a.conf")
        let outside = daemon.remedy(for: "/srv/keys/", mode: "750")
        #expect(outside?.hasPrefix("chown root:_setkeyd /srv/keys/; chmod 750 /srv/keys/; AppArmor ") == true)
        // The files are right for the daemon, and for root there is nothing to change.
        let checker = ServiceReader(group: "_setkeyd", isDaemon: false).remedy(for: "/etc/setkeyd/a", mode: "640")
        #expect(checker == (geteuid() == 0 ? nil : "run this as root"))
        #expect(ServiceReader(group: nil).remedy(for: "/etc/setkeyd/a", mode: "640") == nil)
    }

    @Test func nobodyElseMayWrite() {
        #expect(complaints(Self.keyless, mode: 0o602).first?.hasSuffix("; chmod o-w \(directory)/setkey.conf") == true)
        #expect(unsafe chmod(directory, 0o777) == 0)
        #expect(complaints(Self.keyless, mode: 0o600).first?.hasSuffix("; chmod o-w \(directory)") == true)
        #expect(unsafe chmod(directory, 0o1777) == 0)
        #expect(complaints(Self.keyless, mode: 0o600).isEmpty)
    }

    @Test func includedFilesCountLikeTheFileItself() {
        write(Self.literal, to: directory + "/it's a part", mode: 0o604)
        let found = complaints("include \"it's?a?part\" ;\n", mode: 0o600)
        #expect(found.first?.hasSuffix(" '\(directory)/it'\\''s a part'") == true, "\(found)")
    }

    /// Whoever could write there could remove the files, and with them all that they declare.
    @Test func aDirectoryThatAnIncludeFindsEmptyCountsToo() {
        for name in ["conf.d", "site.d"] { #expect(unsafe mkdir("\(directory)/\(name)", 0o755) == 0) }
        let text = "include \"conf.d/*.conf\" ; include \"s*/?.conf\" ;\n"
        #expect(complaints(text, mode: 0o600).isEmpty)
        for name in ["conf.d", "site.d"] {
            #expect(unsafe chmod("\(directory)/\(name)", 0o777) == 0)
            let message = "\(directory)/\(name): error: the directory is world-writable; chmod o-w \(directory)/\(name)"
            #expect(complaints(text, mode: 0o600) == [message])
            #expect(unsafe chmod("\(directory)/\(name)", 0o1777) == 0)
            #expect(complaints(text, mode: 0o600).isEmpty)
        }
    }

    /// It is refused whatever is in it: what is wrong with a large one is not sought.
    @Test func aLargeFileOfOthersIsRefusedUnread() {
        let text = "nonsense ;\n" + String(repeating: "#", count: 1 << 20)
        #expect(
            complaints(text, mode: 0o666) == [
                "\(directory)/setkey.conf: error: the file is world-writable; chmod o-w \(directory)/setkey.conf"
            ])
        #expect(complaints(text, mode: 0o600).first?.contains("/setkey.conf:1:1: error: ") == true)
    }

    @Test func whatAStatementSaysBesideItsKeyDoesNotHideIt() {
        let text = Self.literal.replacing(" ;", with: " # @x\n ;", maxReplacements: 1)
        #expect(complaints(text, mode: 0o644).first?.contains("world-readable") == true)
        #expect(complaints(text, mode: 0o640).isEmpty)
    }

    @Test func aCredentialIsNoKeyThatStandsInTheFile() throws {
        write("0x00112233445566778899aabbccddeeff", to: directory + "/key", mode: 0o600)
        let options = ParserOptions(credentials: .unread)
        var loader = SourceLoader(
            text: SourceText(name: "t", bytes: Array("add ::1 ::2 esp 300 -E null -A hmac-md5 @key ;".utf8)),
            reader: FileSourceReader(), options: options)
        var access = ConfigurationAccess()
        let everybody = SourceAccess(owner: geteuid(), group: getegid(), mode: 0o644)
        while let loaded = loader.next() { access.note(loaded, in: everybody) }
        #expect(access.objections(to: [everybody], of: loader.sources, searched: []).isEmpty)
    }
}
