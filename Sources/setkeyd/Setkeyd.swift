import ArgumentParser
import ControlProtocol
import Glibc
import SetkeyCore
import SetkeyDaemon

/// The command line of the daemon.
@main
struct Setkeyd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setkeyd",
        abstract: "Hold the kernel's IPsec SAs and policies to a setkey file.",
        discussion: """
            Runs in the foreground. SIGHUP reads the file again and applies what differs; SIGTERM ends the daemon and \
            leaves the kernel as it is. setkey(8) talks to it through the control socket. A reload that was taken \
            back, by setkey --revert or for want of setkey --confirm, is not applied again by a start before the file \
            is changed.

            Exit status: 0 after SIGTERM, or when --check finds no error; 1 when it cannot start, or --check finds \
            one; 2 for a usage error.
            """,
        version: Version.current)

    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The setkey file. The default one, \(DaemonOptions.defaultConfiguration), need not exist.",
            valueName: "file"))
    var configuration: String?

    @Option(help: "The kernel interface: auto, pfkey, or simulated, which protects nothing.")
    var kernel: DaemonOptions.KernelKind = .auto

    @Option(help: ArgumentHelp("The control socket.", valueName: "path"))
    var socket = DaemonOptions.defaultSocket

    @Option(help: ArgumentHelp("Where the daemon keeps its state.", valueName: "directory"))
    var stateDirectory = DaemonOptions.defaultStateDirectory

    @Option(
        help: """
            What becomes of declared entries that others delete or alter: repair, or report, which only tells.
            """)
    var drift: DriftPolicy = .repair

    @Flag(help: "Validate the file, say what is wrong with it, and exit.")
    var check = false

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let status = exitCode(for: error)
            let text = fullMessage(for: error)
            let bytes = Array((text + "\n").utf8)
            _ = unsafe write(status.isSuccess ? STDOUT_FILENO : STDERR_FILENO, bytes, bytes.count)
            Glibc.exit(status.isSuccess ? EXIT_SUCCESS : 2)
        }
    }

    func run() throws {
        let options = DaemonOptions(
            configuration: configuration, kernel: kernel, socket: socket, stateDirectory: stateDirectory, drift: drift)
        let isCheck = check
        let status = MainActor.assumeIsolated {
            isCheck ? DaemonProcess.check(options) : DaemonProcess.run(options)
        }
        Glibc.exit(status)
    }
}

extension DaemonOptions.KernelKind: ExpressibleByArgument {}
extension DriftPolicy: ExpressibleByArgument {}
