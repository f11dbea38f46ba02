import Glibc
import Testing

/// `make install` and `make uninstall`, below another root.
struct InstallTests {
    /// The repository.
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    private func make(_ target: String, in directory: TestDirectory) throws -> Outcome {
        try run(
            "/usr/bin/make",
            ["-s", "-C", Self.root, target, "DESTDIR=\(directory.path)", "RELEASE=\(Programs.directory)"],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
    }

    private func files(in directory: TestDirectory) throws -> Set<Substring> {
        let outcome = try run("/usr/bin/find", [directory.path, "-type", "f", "-printf", "%P\\n"])
        return Set(outcome.output.split(separator: "\n"))
    }

    @Test func whatIsInstalledIsRemovedButForTheConfiguration() throws {
        let directory = try TestDirectory()
        let installation = try make("install", in: directory)
        try #require(installation.status == 0, "\(installation.errors)")
        let installed = try files(in: directory)
        #expect(
            installed.isSuperset(of: [
                "usr/local/sbin/setkeyd", "usr/local/sbin/setkey", "usr/local/lib/systemd/system/setkeyd.service",
                "usr/local/lib/systemd/system/setkeyd-root.socket", "etc/apparmor.d/setkeyd", "etc/setkeyd/setkey.conf",
                "usr/local/share/ansible/collections/ansible_collections/setkeyd/setkeyd/plugins/modules/setkeyd_reload.py",
            ]), "\(installed)")
        let profile = try run("/bin/cat", ["\(directory.path)/etc/apparmor.d/setkeyd"]).output
        #expect(profile.contains("  /usr/local/sbin/setkeyd mr,") && !profile.contains(" /usr/sbin/"))
        let removal = try make("uninstall", in: directory)
        #expect(removal.status == 0, "\(removal.errors)")
        #expect(try files(in: directory) == ["etc/setkeyd/setkey.conf"])
    }
}
