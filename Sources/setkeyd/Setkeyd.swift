import ArgumentParser
import ControlProtocol
import Glibc
import IPsec
import SetkeyCore
import SetkeyDaemon
import TextBytes

/// The command line of the daemon.
@main
struct Setkeyd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setkeyd",
        abstract: "Keep the kernel's IPsec SAs and policies as a setkey file declares them.",
        usage: """
            setkeyd [--config FILE] [--kernel KIND] [--socket PATH]
                    [--state-directory DIRECTORY] [--persistent-directory DIRECTORY]
                    [--drift POLICY] [--thresholds POLICY] [--skew SECONDS]
                    [--trust-clock]
            setkeyd --check [--config FILE] [--kernel INTERFACE] [--skew SECONDS]
            setkeyd -V | --help
            """,
        discussion: """
            Runs in the foreground. SIGHUP reads the file again and applies what differs; SIGTERM ends the daemon and \
            leaves the kernel as it is. setkey(8) talks to it through the control socket. After a reload was rolled \
            back, by setkey --revert or because nobody confirmed it, the file is not applied again at startup until \
            it has been changed.

            Exit status: 0 after SIGTERM, or if --check finds no error; 1 if it cannot start, or --check finds an \
            error; 2 for a usage error.
            """)

    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The setkey file. The default, \(DaemonOptions.defaultConfiguration), need not exist.",
            valueName: "FILE"))
    var configuration: String?

    @Option(
        help: ArgumentHelp(
            "The kernel interface: auto, pfkey, xfrm; or simulated or simulated-xfrm, which protect nothing.",
            valueName: "KIND"))
    var kernel: DaemonOptions.KernelKind = .auto

    @Option(help: ArgumentHelp("The control socket.", valueName: "PATH"))
    var socket = DaemonOptions.defaultSocket

    @Option(help: ArgumentHelp("Where the daemon keeps its state.", valueName: "DIRECTORY"))
    var stateDirectory = DaemonOptions.defaultStateDirectory

    @Option(
        help: ArgumentHelp(
            "Where it is kept that setkey --off has been run, which outlives a reboot (default: $STATE_DIRECTORY, which systemd "
                + "sets, or the state directory).",
            valueName: "DIRECTORY"))
    var persistentDirectory: String?

    @Option(
        help: ArgumentHelp(
            "What to do when another program deletes or alters declared entries: repair them, or only report it.",
            valueName: "POLICY"))
    var drift: DriftPolicy = .repair

    @Option(
        help: ArgumentHelp(
            "The kernel's hash thresholds for policies: auto chooses them from the file's prefixes, keep does not touch "
                + "them.", valueName: "POLICY"))
    var thresholds: ThresholdPolicy = .auto

    @Flag(
        help: ArgumentHelp(
            "Begin and end what the file declares for a time by a clock that says that the file has not been written yet."
        ))
    var trustClock = false

    @Option(
        help: ArgumentHelp(
            "By how much the clocks of two ends may differ, for warnings about what holds for a time.",
            valueName: "SECONDS"))
    var skew = DaemonOptions.ordinarySkew

    @Flag(help: "Validate the file, report its errors, warnings and notes, and exit.")
    var check = false

    @Flag(name: [.customShort("V"), .customLong("version")], help: "Print the version.")
    var version = false

    // What other daemons take for the name of the file.
    @Option(name: .customShort("f"), help: .hidden)
    var script: String?
    @Argument(help: .hidden)
    var words: [String] = []

    func validate() throws {
        guard (0...86_400).contains(skew) else {
            throw ValidationError("--skew takes 0 to 86400 seconds, not \(skew)")
        }
        guard let word = script ?? words.first else { return }
        guard configuration == nil else { throw ValidationError("'\(word)' is one argument too many") }
        throw ValidationError("the file is named with --config: setkeyd --config \(word)")
    }

    static func main() {
        StandardDescriptors.open()
        do {
            try parse(Array(CommandLine.arguments.dropFirst())).run()
        } catch  where exitCode(for: error) == .success {
            answer(helpMessage())
        } catch {
            complain("\(message(for: error))\nTry 'setkeyd --help'.")
            Glibc.exit(2)
        }
    }

    /// Ends with `text` on stdout, or with a failure if that cannot be written.
    private static func answer(_ text: String) -> Never {
        do throws(KernelErrno) {
            try write(text, on: STDOUT_FILENO)
        } catch {
            complain("cannot write the output: \(systemErrorText(error.rawValue))")
            Glibc.exit(EXIT_FAILURE)
        }
        Glibc.exit(EXIT_SUCCESS)
    }

    private static func complain(_ text: String) {
        try? write("setkeyd: \(text)", on: STDERR_FILENO)
    }

    private static func write(_ text: String, on descriptor: Int32) throws(KernelErrno) {
        try FileDescriptor.write(Array("\(text)\n".utf8), to: descriptor)
    }

    func run() throws {
        if version { Self.answer("setkeyd \(Version.current)") }
        var options = DaemonOptions(
            configuration: configuration, kernel: kernel, socket: socket, stateDirectory: stateDirectory, drift: drift,
            thresholds: thresholds)
        options.persistentDirectory =
            persistentDirectory
            ?? environmentVariable("STATE_DIRECTORY")?.split(separator: ":").first.map(String.init)
        options.trustsClock = trustClock
        options.skew = skew
        let isCheck = check
        let status = MainActor.assumeIsolated {
            isCheck ? DaemonProcess.check(options) : DaemonProcess.run(options)
        }
        Glibc.exit(status)
    }
}

extension DaemonOptions.KernelKind: ExpressibleByArgument {}
extension DriftPolicy: ExpressibleByArgument {}
extension ThresholdPolicy: ExpressibleByArgument {}
