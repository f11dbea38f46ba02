import ControlProtocol
import Glibc

/// `setkey -l` and `-DPl`: SAs or policies, once a second, until the user has seen enough.
enum LiveView {
    private static let interval = Duration.seconds(1)

    static func run(_ database: DatabaseName, includeDead: Bool, socket path: String) throws(ClientFailure) {
        switch database {
        case .associations: try run(LiveAssociations(includeDead: includeDead), socket: path)
        case .policies: try run(LivePolicies(), socket: path)
        }
    }

    private static func run(_ source: some LiveSource, socket path: String) throws(ClientFailure) {
        var source = source
        var client = try SetkeyClient.connect(path)
        if FileOutput.standardOutput.isTerminal {
            try table(&source, &client)
        } else {
            try log(&source, &client)
        }
    }

    private static func table(
        _ source: inout some LiveSource, _ client: inout ControlClient
    ) throws(ClientFailure) {
        var output = FileOutput.standardOutput
        var instant = ContinuousClock.now
        var sample = try source.sample(from: &client)
        LiveScreen.enter()
        defer { LiveScreen.leave() }
        while true {
            let size = Terminal(descriptor: STDOUT_FILENO).size
            try output.write(LiveScreen.frame(source.screen(sample, width: size.width, height: size.height)))
            try output.flush()
            // A terminal that changed its size is drawn anew at once, with the sample at hand.
            if sleep(until: instant + interval) {
                instant = .now
                sample = try source.sample(from: &client)
            }
        }
    }

    private static func log<Source: LiveSource>(
        _ source: inout Source, _ client: inout ControlClient
    ) throws(ClientFailure) {
        var output = FileOutput.standardOutput
        try output.write("\(Source.header)\n")
        while true {
            let instant = ContinuousClock.now
            for line in source.plainLines(try source.sample(from: &client)) { try output.write("\(line)\n") }
            try output.flush()
            while !sleep(until: instant + interval) {}
        }
    }

    /// - Returns: Whether the moment has come; otherwise a signal has.
    private static func sleep(until instant: ContinuousClock.Instant) -> Bool {
        let left = ContinuousClock.now.duration(to: instant)
        return left <= .zero || SystemCalls.sleep(for: left)
    }
}
