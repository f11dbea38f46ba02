import CPrivateMemory
package import ControlProtocol
import Dispatch
import Glibc
import IPsec
package import SetkeyCore
import SetkeySyntax

/// What the command line of setkeyd says.
package nonisolated struct DaemonOptions: Sendable {
    /// Which kernel is behind the protocol.
    package nonisolated enum KernelKind: String, Sendable, CaseIterable {
        /// PF_KEY, or XFRM netlink where the kernel has no PF_KEY, and from the first text on that needs it; never the
        /// simulated one.
        case auto
        /// PF_KEY, or no start.
        case pfkey
        /// XFRM netlink, or no start.
        case xfrm
        /// The kernel in the process, which protects nothing, by its PF_KEY.
        case simulated
        /// The same, by its XFRM netlink.
        case simulatedXFRM = "simulated-xfrm"

        /// What a file may say without asking the kernel.
        var traits: KernelTraits {
            switch self {
            case .auto, .pfkey, .simulated: .pfKey
            case .xfrm, .simulatedXFRM: .xfrm
            }
        }

        /// What it may say besides.
        var richerTraits: KernelTraits? { self == .auto ? .xfrm : nil }
    }

    /// The default of `--config`.
    package static let defaultConfiguration = "/etc/setkeyd/setkey.conf"
    /// The default of `--socket`.
    package static let defaultSocket = "/run/setkeyd/control.sock"
    /// The default of `--state-directory`.
    package static let defaultStateDirectory = "/run/setkeyd"

    /// The file that was named; `nil` for the default one, which need not exist.
    package var configuration: String?
    /// `--kernel`.
    package var kernel: KernelKind
    /// `--socket`: the path of the control socket.
    package var socket: String
    /// `--state-directory`.
    package var stateDirectory: String
    /// `--persistent-directory`; `nil` for the state directory.
    package var persistentDirectory: String?
    /// `--drift`.
    package var drift: DriftPolicy
    /// `--skew`: by how many seconds the clocks of two ends may differ.
    package var skew = DaemonOptions.ordinarySkew
    /// What it is unless somebody says otherwise.
    package static let ordinarySkew = RuleClock.ordinarySkew
    /// `--trust-clock`.
    package var trustsClock = false
    /// `--thresholds`.
    package var thresholds: ThresholdPolicy

    package init(
        configuration: String?, kernel: KernelKind, socket: String, stateDirectory: String, drift: DriftPolicy,
        thresholds: ThresholdPolicy = .auto
    ) {
        self.drift = drift
        self.thresholds = thresholds
        self.configuration = configuration
        self.kernel = kernel
        self.socket = socket
        self.stateDirectory = stateDirectory
    }

    var file: ConfigurationFile {
        var file = ConfigurationFile(
            path: configuration ?? Self.defaultConfiguration, isDefault: configuration == nil)
        file.skew = skew
        return file
    }
}

/// The process: it checks what it needs, builds the shell, and runs until it is told to stop.
package enum DaemonProcess {
    /// Validates the configuration, says what is wrong with it, and returns the exit status: 0 or 1.
    package static func check(_ options: DaemonOptions) -> Int32 {
        setkeyd_keep_memory_private()
        let log = Log(waits: true)
        defer { log.flush() }
        var nothing = FormerReading()
        var file = options.file
        (file.traits, file.richerTraits) = (options.kernel.traits, options.kernel.richerTraits)
        file.style = .ofStandardError()
        switch file.read(reusing: &nothing) {
        case .loaded(let file):
            for warning in file.warnings { log.append(LogEntry(.warning, warning, kind: .fileWarning)) }
            for note in file.notes { log.append(LogEntry(.notice, note)) }
            return EXIT_SUCCESS
        case .absent(let path):
            log.append(LogEntry(.notice, "\(path) does not exist; treating it as empty"))
            return EXIT_SUCCESS
        case .invalid(let messages):
            for message in messages { log.append(LogEntry(.error, message, kind: .fileError)) }
            return EXIT_FAILURE
        }
    }

    /// Runs the daemon; it does not return, unless it cannot start: then it has said why.
    package static func run(_ options: DaemonOptions) -> Int32 {
        run(options, openKernel: { try openKernel(options.kernel, options.thresholds) })
    }

    /// As ``run(_:)``, on the kernel that `openKernel` opens, whatever the options say of it.
    package static func run(_ options: DaemonOptions, openKernel: () throws -> OpenKernel) -> Int32 {
        setkeyd_keep_memory_private()
        setkeyd_free_without_delay()
        let shell: DaemonShell
        do {
            shell = try build(options, on: openKernel())
        } catch {
            let log = Log()
            log.append(LogEntry(.error, "cannot start: \(error)"))
            log.finish()
            ServiceManager.failed(errno: number(of: error), status: "cannot start: \(error)")
            return EXIT_FAILURE
        }
        shell.start()
        withExtendedLifetime(shell) { dispatchMain() }
    }

    /// The errno of the system call that is to blame; 0 where none is.
    private static func number(of error: any Error) -> Int32 {
        switch error {
        case let error as KernelErrno: error.rawValue
        case let error as PFKeySocket.OpenError: error.errno.rawValue
        case let error as XFRMSockets.OpenError: error.errno.rawValue
        case ListenError.system(_, _, let errno): errno
        case let error as StartError: error.errno
        default: 0
        }
    }

    private static func build(_ options: DaemonOptions, on kernel: OpenKernel) throws -> DaemonShell {
        // A file that was named must exist; what is in it is judged when it is read.
        if let path = options.configuration, Path.isMissing(path) {
            throw StartError("\(path) does not exist; create it, or omit --config")
        }
        let richerTraits = kernel.richer?.traits
        let state = try StateDirectory(
            path: options.stateDirectory, persistentPath: options.persistentDirectory, life: kernel.life,
            traits: kernel.traits, richerTraits: richerTraits)
        let lock = try state.lock()
        let sockets = try ServiceManager.passedSockets() ?? ListeningSocket.pair(at: options.socket)
        var parserOptions = ParserOptions.ofThisMachine(kernel.traits)
        parserOptions.richerTraits = richerTraits
        parserOptions.allowsInclude = false
        parserOptions.allowsValidity = false
        parserOptions.errorLimit = parserOptions.diagnosticLimit
        var file = options.file
        (file.traits, file.richerTraits) = (kernel.traits, richerTraits)
        var settings = Daemon.Settings(
            configurationPath: file.path, processID: getpid(), kernelLife: kernel.life, drift: options.drift,
            parserOptions: parserOptions)
        settings.thresholds = options.thresholds
        settings.trustsClock = options.trustsClock
        settings.kernelRelease = .ofThisMachine
        return try DaemonShell(
            settings: settings, kernel: kernel, configuration: file, state: state, lock: lock, sockets: sockets)
    }

    private static func openKernel(
        _ kind: DaemonOptions.KernelKind, _ thresholds: ThresholdPolicy
    ) throws -> OpenKernel {
        switch kind {
        case .auto:
            do {
                var kernel = try openPFKey(thresholds)
                kernel.richer = OpenKernel.Richer(.xfrm, open: openXFRM)
                return kernel
            } catch let error as PFKeySocket.OpenError where error.saysThatThereIsNone {
                say(.notice, "this kernel has no PF_KEY; talking to it by XFRM netlink")
                return try openXFRM()
            }
        case .pfkey: return try openPFKey(thresholds)
        case .xfrm: return try openXFRM()
        case .simulated: return .simulated()
        case .simulatedXFRM: return .simulatedXFRM()
        }
    }

    private static func openPFKey(_ thresholds: ThresholdPolicy) throws -> OpenKernel {
        let socket = try PFKeySocket()
        if !socket.hasLargeBuffer { warnOfSmallBuffer() }
        // A kernel without XFRM netlink, or a service that may not have such a socket, does without.
        let settings = thresholds == .auto ? try? XFRMSettingsTransport() : nil
        return try .pfKey(on: socket, settings: settings, life: KernelLife.ofThisNamespace)
    }

    private static func openXFRM() throws -> OpenKernel {
        let sockets = try XFRMSockets()
        if !sockets.hasLargeBuffer { warnOfSmallBuffer() }
        return try .xfrm(on: sockets, life: KernelLife.ofThisNamespace)
    }

    private static func warnOfSmallBuffer() {
        say(
            .warning,
            "the kernel does not allow a large receive buffer (user namespace?): bursts of events will "
                + "overrun it more often, and each overrun costs a dump; raising net.core.rmem_max helps")
    }

    private static func say(_ priority: LogEntry.Priority, _ text: String) {
        let log = Log()
        log.append(LogEntry(priority, text))
        log.flush()
    }
}

/// Why the daemon cannot start, and what to do.
nonisolated struct StartError: Error, CustomStringConvertible {
    let description: String
    /// Of the system call that is to blame; 0 where none is.
    let errno: Int32

    init(_ description: String, errno: Int32 = 0) {
        self.description = description
        self.errno = errno
    }
}
