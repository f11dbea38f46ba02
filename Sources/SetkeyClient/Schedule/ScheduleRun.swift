import ControlProtocol

/// `setkey --schedule`: asks what of the file in force begins and ends, and shows it.
enum ScheduleRun {
    static func run(_ form: OutputForm, socket path: String) throws(ClientFailure) {
        var client = try SetkeyClient.connect(path)
        var schedule = ScheduleReply(changes: [], time: 0)
        try SetkeyClient.stream(.schedule, from: &client) { reply throws(ClientFailure) in
            guard case .schedule(let part) = reply else { return }
            schedule.changes += part.changes
            (schedule.time, schedule.clockDoubt) = (part.time, part.clockDoubt)
        }
        switch form {
        case .text: try SetkeyClient.say(ScheduleText.text(schedule))
        case .json: try SetkeyClient.say(JSONDocument.text(schedule))
        }
    }
}
