import ControlProtocol
import Glibc
import SetkeyCore
import SetkeyDaemon

/// Runs the daemon on the kernel that a test hosts at a Unix socket.
func run(_ arguments: [String]) -> Int32 {
    guard arguments.count == 5 || arguments.count == 6 else {
        print("usage: setkeyd-under-test KERNEL-SOCKET LIFE CONFIG CONTROL-SOCKET STATE-DIRECTORY [CHANGES-OF-IT]")
        return 2
    }
    if arguments.count == 6, let changes = Int(arguments[5]) { Death.come(after: changes) }
    let options = DaemonOptions(
        configuration: arguments[2], kernel: .simulated, socket: arguments[3], stateDirectory: arguments[4],
        drift: .repair)
    return DaemonProcess.run(options) {
        .pfKey(on: try HostedKernelTransport(path: arguments[0]), life: arguments[1], isSimulated: true)
    }
}

exit(run(Array(CommandLine.arguments.dropFirst())))
