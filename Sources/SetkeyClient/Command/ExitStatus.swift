package import ControlProtocol

/// What the `setkey` process ends with; scripts rely on these numbers.
package enum ExitStatus: Int32, Hashable, Sendable {
    /// Everything that was asked has been done.
    case success = 0
    /// A statement has an error, or the kernel or the file system refused something.
    case failure = 1
    /// Usage error.
    case usage = 2
    /// The daemon cannot be reached, or has ended before it answered.
    case unreachable = 3
    /// The caller may not do this.
    case denied = 4
    /// `--plan`: a reload would change something; `--doctor`: something is wrong; `--compare`: the
    /// ends differ.
    case found = 10
}

/// Why the client ends early: what it says on stderr, and its exit status.
package struct ClientFailure: Error, Hashable, Sendable {
    /// What the process ends with; not `success`.
    package let status: ExitStatus
    /// For people, without the program's name; lines are separated by line feeds. Empty where all has been said.
    package let message: String
    /// Whether the message has the program's name where it needs one.
    package let isNamed: Bool
    /// The error that the daemon has answered with, or would have; `nil` where it is not asked, or does not answer. With
    /// `--json` it is printed.
    package var answer: ControlError?

    package init(_ status: ExitStatus, _ message: String, isNamed: Bool = false, answer: ControlError? = nil) {
        self.status = status
        self.message = message
        self.isNamed = isNamed
        self.answer = answer
    }

    /// A contradiction on the command line.
    static func usage(_ message: String) -> ClientFailure {
        ClientFailure(.usage, message)
    }
}
