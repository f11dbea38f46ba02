import Glibc

/// The terminal while the live table has it: its second screen, without a cursor; given back however the program ends.
enum LiveScreen {
    private static let taking: StaticString = "\u{1b}[?1049h\u{1b}[?25l"
    private static let giving: StaticString = "\u{1b}[?25h\u{1b}[?1049l"

    /// Takes the terminal, and arranges for signals to give it back.
    static func enter() {
        for number in EndingSignals.heeded + [SIGTSTP] { endOrStop(on: number) }
        _ = signal(SIGCONT) { _ in
            LiveScreen.endOrStop(on: SIGTSTP)
            LiveScreen.put(LiveScreen.taking)
        }
        // It only has to interrupt the sleep between two frames.
        _ = signal(SIGWINCH) { _ in }
        put(taking)
    }

    /// Gives the terminal back.
    static func leave() {
        put(giving)
    }

    /// The lines as they replace what is on the screen, without flicker: no line is blank in between.
    static func frame(_ lines: [String]) -> String {
        "\u{1b}[H" + lines.joined(separator: "\u{1b}[K\r\n") + "\u{1b}[K\u{1b}[J"
    }

    /// Says in the table's place that the daemon has gone; when it is back, the table is.
    static func show(_ presence: Presence) throws(ClientFailure) {
        guard presence == .gone else { return }
        try SetkeyClient.say(frame([presence.text]))
    }

    /// Lets the signal do what it does by default, once the terminal is given back. A handler may do no more than a few
    /// system calls: it can come at any point of the program.
    private static func endOrStop(on number: Int32) {
        _ = signal(number) { number in
            LiveScreen.put(LiveScreen.giving)
            _ = signal(number, SIG_DFL)
            kill(getpid(), number)
        }
    }

    private static func put(_ sequence: StaticString) {
        SystemCalls.put(sequence, on: STDOUT_FILENO)
    }
}
