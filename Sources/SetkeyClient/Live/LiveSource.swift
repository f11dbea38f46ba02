import ControlProtocol
import Glibc

/// What a live view samples, and how a sample is shown.
protocol LiveSource {
    associatedtype Sample

    /// The names of the fields of a plain line.
    static var header: String { get }

    /// Asks the daemon.
    mutating func sample(from client: inout ControlClient) throws(ClientFailure) -> Sample

    /// A sample as the lines of a terminal.
    func screen(_ sample: Sample, width: Int, height: Int) -> [String]

    /// A sample as plain lines.
    func plainLines(_ sample: Sample) -> [String]
}

/// The SAD.
struct LiveAssociations: LiveSource {
    struct Sample {
        let rows: [LiveRow]
        /// The daemon's clock, seconds since 1970.
        let time: Int
    }

    static let header = LiveLog.header

    private let parameters: ListAssociationsParameters
    private let started = ContinuousClock.now
    private var history = LiveHistory()

    init(includeDead: Bool) {
        var parameters = ListAssociationsParameters()
        parameters.includeDead = includeDead ? true : nil
        self.parameters = parameters
    }

    mutating func sample(from client: inout ControlClient) throws(ClientFailure) -> Sample {
        let instant = ContinuousClock.now
        var records: [AssociationRecord] = []
        var time = 0
        try SetkeyClient.stream(.listAssociations(parameters), from: &client) { reply throws(ClientFailure) in
            guard case .associations(let part) = reply else { return }
            records += part.associations
            time = part.time
        }
        return Sample(rows: history.rows(of: records, time: time, at: started.duration(to: instant)), time: time)
    }

    func screen(_ sample: Sample, width: Int, height: Int) -> [String] {
        LiveTable(width: width, height: height, style: Terminal.style).lines(sample.rows)
    }

    func plainLines(_ sample: Sample) -> [String] {
        LiveLog.lines(sample.rows, clock: ClockTime.text(at: sample.time))
    }
}

/// The SPD.
struct LivePolicies: LiveSource {
    struct Sample {
        let policies: [PolicyRecord]
        let time: Int
    }

    static let header = PolicyTable.header

    func sample(from client: inout ControlClient) throws(ClientFailure) -> Sample {
        var policies: [PolicyRecord] = []
        try SetkeyClient.stream(.listPolicies(ListPoliciesParameters()), from: &client) { reply throws(ClientFailure) in
            if case .policies(let part) = reply { policies += part.policies }
        }
        return Sample(policies: policies, time: time(nil))
    }

    func screen(_ sample: Sample, width: Int, height: Int) -> [String] {
        PolicyTable.lines(sample.policies, time: sample.time, width: width, height: height)
    }

    func plainLines(_ sample: Sample) -> [String] {
        PolicyTable.plainLines(sample.policies, clock: ClockTime.text(at: sample.time))
    }
}
