import ControlProtocol
import SetkeySyntax

/// `setkey -x`: every kernel message, until the user has seen enough.
enum EventMonitor {
    static func run(_ options: MonitorOptions, socket path: String) throws(ClientFailure) {
        var client = try SetkeyClient.connect(path)
        var parameters = MonitorParameters()
        parameters.raw = true
        parameters.showKeys = options.showKeys ? true : nil
        var output = FileOutput.standardOutput
        try SetkeyClient.stream(.monitor(parameters), from: &client) { reply throws(ClientFailure) in
            if case .monitor(let event) = reply { try show(event, options, on: &output) }
        }
    }

    private static func show(
        _ event: MonitorReply, _ options: MonitorOptions, on output: inout FileOutput
    ) throws(ClientFailure) {
        guard event.event != .listening else { return }
        if event.event == .overrun {
            var remarks = FileOutput.standardError
            try remarks.write("setkey: kernel messages were lost here; setkey -D shows the current SAs\n")
            return try remarks.flush()
        }
        let timestamp: Timestamp =
            options.epoch ? .epoch : .clock(utcOffset: LocalTimes.utcOffset(at: event.seconds))
        var text: [UInt8] = []
        MonitorText.append(event, timestamp: timestamp, hexDump: options.hexDump, to: &text)
        try output.write(text)
        try output.flush()
    }
}
