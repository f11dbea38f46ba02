import Glibc
import Testing

/// Members of the group who take what they can get: root is served, and the daemon stays small.
///
/// Needs root, for users and for a group that exists in the daemon's mount namespace alone.
@Suite(.serialized, .enabled(if: geteuid() == 0)) struct HostileMemberTests {
    /// A number of the line that the program prints at its end.
    private func number(_ name: String, in line: String) throws -> Double {
        let field = try #require(line.split(separator: ", \"").first { $0.hasPrefix("\(name)\":") }, "\(line)")
        return try #require(
            Double(field.drop { $0 != " " }.dropFirst().prefix { $0.isNumber || $0 == "." || $0 == "-" }))
    }

    /// Times are printed, and not asserted: the machine has other things to do. That calls are answered while members go
    /// on is asserted, since before the shares there were there was no answer to them.
    @Test(arguments: ["idle", "frames", "plans", "dumps", "monitors", "noise", "connects"])
    func whatMembersDoLeavesRootItsPlaceItsTimeAndTheDaemonSmall(attack: String) throws {
        let statements = (0..<2000).map { "add 10.0.0.1 10.0.0.2 esp \(1000 + $0) -E null;" }.joined(separator: "\n")
        let daemon = try TestDaemon(configuration: statements, hasGroup: true)
        let members = try ChildProcess(
            "/usr/bin/python3",
            [Programs.script("hostile_members.py"), daemon.socket, "\(daemon.process.pid)", attack, "2"])
        let ending = try members.wait(within: .seconds(120))
        let line = members.outputText
        try #require(ending == .exited(0), "\(line)\(members.errorText)")
        #expect(line.contains(#""reloaded": true"#), "\(line)")
        #expect(try number("answers", in: line) >= 1)
        #expect(try number("growth_kib", in: line) < 128 * 1024, "\(line)")
        print(line)
        #expect(try daemon.setkey("--status").status == 0)
        // A member that does the same thing a thousand times is not written of a thousand times, but some in each minute.
        let told = daemon.process.errorText.split(separator: "\n").filter { $0.contains("disconnected") }
        #expect(told.count <= 30)
    }
}
