import ControlProtocol
import Glibc

/// `setkey -l` and `-DPl`: SAs or policies, once a second, until the user has seen enough.
enum LiveView {
    private static let interval = Duration.seconds(1)

    static func run(_ database: DatabaseName, _ options: LiveOptions, socket path: String) throws(ClientFailure) {
        switch database {
        case .associations:
            try run(LiveAssociations(includeDead: options.includeDead), options, socket: path)
        case .policies: try run(LivePolicies(), options, socket: path)
        }
    }

    private static func run(
        _ source: some LiveSource, _ options: LiveOptions, socket path: String
    ) throws(ClientFailure) {
        let watch = Watch(path: path, waits: options.waits && !options.once)
        switch (FileOutput.standardOutput.isTerminal, options.once) {
        case (true, false): try table(source, watch)
        case (true, true): try printTable(source, path)
        case (false, let once): try log(source, watch, once: once)
        }
    }

    private static func table(_ source: some LiveSource, _ watch: Watch) throws(ClientFailure) {
        var isEntered = false
        defer { if isEntered { LiveScreen.leave() } }
        try watch.run { presence throws(ClientFailure) in
            try isEntered ? LiveScreen.show(presence) : Watch.remark(on: presence)
        } _: { client throws(ClientFailure) in
            // What was there before the daemon went says nothing of what happens now.
            var fresh = source
            try table(&fresh, &client, isEntered: &isEntered)
        }
    }

    private static func table(
        _ source: inout some LiveSource, _ client: inout ControlClient, isEntered: inout Bool
    ) throws(ClientFailure) {
        var output = FileOutput.standardOutput
        var instant = ContinuousClock.now
        var sample = try source.sample(from: &client)
        if !isEntered { LiveScreen.enter() }
        isEntered = true
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

    /// The table once, as long as it is, where the terminal stands.
    private static func printTable(_ source: some LiveSource, _ path: String) throws(ClientFailure) {
        var source = source
        var client = try SetkeyClient.connect(path)
        let width = Terminal(descriptor: STDOUT_FILENO).size.width
        let lines = source.screen(try source.sample(from: &client), width: width, height: .max)
        try SetkeyClient.say(lines.map { "\($0)\n" }.joined())
    }

    private static func log<Source: LiveSource>(
        _ source: Source, _ watch: Watch, once: Bool
    ) throws(ClientFailure) {
        var output = FileOutput.standardOutput
        try output.write("\(Source.header)\n")
        try watch.run(telling: Watch.remark) { client throws(ClientFailure) in
            var fresh = source
            try everySecond(once: once) { () throws(ClientFailure) in
                for line in fresh.plainLines(try fresh.sample(from: &client)) { try output.write("\(line)\n") }
                try output.flush()
            }
        }
    }

    /// Does `body` every second for good, or once.
    static func everySecond(once: Bool, _ body: () throws(ClientFailure) -> Void) throws(ClientFailure) {
        repeat {
            let instant = ContinuousClock.now
            try body()
            while !once, !sleep(until: instant + interval) {}
        } while !once
    }

    /// - Returns: Whether the moment has come; otherwise a signal has.
    private static func sleep(until instant: ContinuousClock.Instant) -> Bool {
        let left = ContinuousClock.now.duration(to: instant)
        return left <= .zero || SystemCalls.sleep(for: left)
    }
}
