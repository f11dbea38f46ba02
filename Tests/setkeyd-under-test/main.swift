import Glibc
import SetkeyCore
import SetkeyDaemon

/// Runs the daemon on the kernel that a test hosts at a Unix socket.
func run(_ arguments: [String]) -> Int32 {
    guard arguments.count == 5 else {
        print("usage: setkeyd-under-test KERNEL-SOCKET LIFE CONFIG CONTROL-SOCKET STATE-DIRECTORY")
        return 2
    }
    let options = DaemonOptions(
        configuration: arguments[2], kernel: .simulated, socket: arguments[3], stateDirectory: arguments[4],
        drift: .repair)
    return DaemonProcess.run(options) {
        OpenKernel(
            transport: try HostedKernelTransport(path: arguments[0]), name: "simulated", life: arguments[1],
            protectsTraffic: false)
    }
}

exit(run(Array(CommandLine.arguments.dropFirst())))
