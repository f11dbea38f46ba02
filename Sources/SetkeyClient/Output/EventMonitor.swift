import ControlProtocol
import SetkeySyntax

/// `setkey -x`: every kernel message, until the user has seen enough.
enum EventMonitor {
    static func run(_ options: MonitorOptions, socket path: String) throws(ClientFailure) {
        var output = FileOutput.standardOutput
        let call = Call.monitor(MonitorParameters(options, raw: !options.brief))
        try Watch(path: path, waits: options.waits).run(telling: Watch.remark) { client throws(ClientFailure) in
            try SetkeyClient.stream(call, from: &client) { reply throws(ClientFailure) in
                guard case .monitor(let event) = reply, options.show(event.event, from: event.pid) else { return }
                try show(event, options, on: &output)
            }
        }
    }

    /// One object a line: what the daemon sends, from the event `listening` on, and where the daemon has gone, the error `Stopping`.
    static func runJSON(_ options: MonitorOptions, socket path: String) throws(ClientFailure) {
        var output = FileOutput.standardOutput
        let call = Call.monitor(MonitorParameters(options, raw: options.hexDump))
        try Watch(path: path, waits: options.waits).run(telling: Watch.remarkJSON) { client throws(ClientFailure) in
            try SetkeyClient.streamAsReceived(call, from: &client) { reply throws(ClientFailure) in
                let event = reply.string("event").flatMap(MonitorEvent.init) ?? .other
                guard options.show(event, from: reply.integer("pid")) else { return }
                try output.write(JSONDocument.shown(Array(reply.parameters)))
                try output.write("\n")
                try output.flush()
            }
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
        MonitorText.append(event, timestamp: timestamp, options, to: &text)
        try output.write(text)
        try output.flush()
    }
}

extension MonitorParameters {
    /// - Parameter raw: whether the messages themselves are wanted.
    fileprivate init(_ options: MonitorOptions, raw: Bool) {
        self.init()
        self.raw = raw ? true : nil
        showKeys = options.showKeys ? true : nil
    }
}
