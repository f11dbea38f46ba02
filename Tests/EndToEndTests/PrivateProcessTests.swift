import Glibc
import Testing

/// Programs that read keys leave no core dump, and no other process of the same user can look into them.
struct PrivateProcessTests {
    /// What reads a text with keys from its standard input, until that ends.
    private static let readers = [("setkey", "-c"), ("setkey", "-n -f -"), ("setkeyd", "--check --config -")]

    /// A shell's program that allows core dumps, as far as they can be allowed here, before it becomes another.
    private static let dumping =
        "ulimit -H -c unlimited 2> /dev/null; ulimit -S -c $(ulimit -H -c); exec \"$@\""

    /// What makes root somebody else.
    private static let unprivileged = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    @Test(arguments: readers) func itsLimitForbidsCoreDumps(name: String, flags: String) throws {
        let reader = try reader(name, flags, through: ["/bin/sh", "-c", Self.dumping, "sh"])
        let limits = try contents(of: "limits", of: reader)
        #expect(limits.contains(#/Max core file size +0 +0 +bytes/#), "\(limits)")
    }

    /// Of a process that may not be dumped /proc/PID is root's, whoever runs it (proc(5)).
    @Test(.enabled(if: mayRunUnprivileged), arguments: readers)
    func whatIsInProcOfItIsOfRoot(name: String, flags: String) throws {
        let reader = try reader(name, flags, through: geteuid() == 0 ? Self.unprivileged : [])
        let user = geteuid() == 0 ? 65_534 : geteuid()
        #expect(try contents(of: "status", of: reader).contains("Uid:\t\(user)\t"))
        var status = stat()
        #expect(unsafe stat("/proc/\(reader.pid)/environ", &status) == 0 && status.st_uid == 0)
    }

    /// Whether somebody else than root finds the programs.
    private static var mayRunUnprivileged: Bool {
        guard geteuid() == 0 else { return true }
        let version = try? run(unprivileged[0], unprivileged.dropFirst() + [Programs.setkey, "-V"])
        return version?.status == 0
    }

    /// The program, which waits for more of its input; it has taken more than a pipe holds.
    private func reader(_ name: String, _ flags: String, through prefix: [String]) throws -> ChildProcess {
        let command = prefix + ["\(Programs.directory)/\(name)"] + flags.split(separator: " ").map(String.init)
        let process = try ChildProcess(command[0], Array(command.dropFirst()))
        try process.send([UInt8](repeating: 10, count: 1 << 18), closing: false)
        return process
    }

    private func contents(of file: String, of process: ChildProcess) throws -> String {
        try run("/bin/cat", ["/proc/\(process.pid)/\(file)"]).output
    }
}
