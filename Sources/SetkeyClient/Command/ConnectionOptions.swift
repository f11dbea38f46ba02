package import ArgumentParser

/// How the daemon is found.
package struct ConnectionOptions: ParsableArguments {
    @Option(
        name: .customLong("socket"),
        help: ArgumentHelp(
            "The daemon's socket (default: $SETKEYD_SOCKET, or /run/setkeyd/control.sock).", valueName: "PATH"))
    package var socket: String?

    package init() {}
}
