import ControlProtocol
import Glibc

/// `setkey -l`: the SAs, once a second, until the user has seen enough.
enum LiveView {
    private static let interval = Duration.seconds(1)

    static func run(includeDead: Bool, socket path: String) throws(ClientFailure) {
        var client = try SetkeyClient.connect(path)
        var parameters = ListAssociationsParameters()
        parameters.includeDead = includeDead ? true : nil
        if FileOutput.standardOutput.isTerminal {
            try table(&client, parameters)
        } else {
            try log(&client, parameters)
        }
    }

    private static func table(
        _ client: inout ControlClient, _ parameters: ListAssociationsParameters
    ) throws(ClientFailure) {
        var sampler = LiveSampler(parameters)
        var output = FileOutput.standardOutput
        var sample = try sampler.next(from: &client)
        LiveScreen.enter()
        defer { LiveScreen.leave() }
        while true {
            let size = Terminal(descriptor: STDOUT_FILENO).size
            let lines = LiveTable(width: size.width, height: size.height, style: Terminal.style).lines(sample.rows)
            try output.write(LiveScreen.frame(lines))
            try output.flush()
            // A terminal that changed its size is drawn anew at once, with the sample at hand.
            if sleep(until: sample.instant + interval) { sample = try sampler.next(from: &client) }
        }
    }

    private static func log(
        _ client: inout ControlClient, _ parameters: ListAssociationsParameters
    ) throws(ClientFailure) {
        var sampler = LiveSampler(parameters)
        var output = FileOutput.standardOutput
        try output.write("\(LiveLog.header)\n")
        while true {
            let sample = try sampler.next(from: &client)
            let clock = ClockTime.text(seconds: sample.time, utcOffset: LocalClock.utcOffset(at: sample.time))
            for line in LiveLog.lines(sample.rows, clock: clock) { try output.write("\(line)\n") }
            try output.flush()
            while !sleep(until: sample.instant + interval) {}
        }
    }

    /// - Returns: Whether the moment has come; otherwise a signal has.
    private static func sleep(until instant: ContinuousClock.Instant) -> Bool {
        let left = ContinuousClock.now.duration(to: instant)
        guard left > .zero else { return true }
        var request = timespec()
        request.tv_sec = Int(left.components.seconds)
        request.tv_nsec = Int(left.components.attoseconds / 1_000_000_000)
        return unsafe nanosleep(&request, nil) == 0
    }
}

/// Takes samples of the SAD.
private struct LiveSampler {
    /// One sample.
    struct Sample {
        let rows: [LiveRow]
        /// The daemon's clock, seconds since 1970.
        let time: Int
        let instant: ContinuousClock.Instant
    }

    private let parameters: ListAssociationsParameters
    private let started = ContinuousClock.now
    private var history = LiveHistory()

    init(_ parameters: ListAssociationsParameters) {
        self.parameters = parameters
    }

    mutating func next(from client: inout ControlClient) throws(ClientFailure) -> Sample {
        let instant = ContinuousClock.now
        var records: [AssociationRecord] = []
        var time = 0
        try SetkeyClient.stream(.listAssociations(parameters), from: &client) { reply throws(ClientFailure) in
            guard case .associations(let part) = reply else { return }
            records += part.associations
            time = part.time
        }
        let rows = history.rows(of: records, time: time, at: started.duration(to: instant))
        return Sample(rows: rows, time: time, instant: instant)
    }
}
