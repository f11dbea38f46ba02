package import ControlProtocol
import SetkeySyntax

/// What `--schedule` prints: each moment, and below it what begins (`+`) and what ends (`-`) then.
package enum ScheduleText {
    package static func text(_ schedule: ScheduleReply) -> String {
        guard !schedule.changes.isEmpty else { return head(schedule) + "nothing begins or ends\n" }
        var text = head(schedule) + (schedule.clockDoubt == nil ? "" : "nothing of this begins or ends:\n\n")
        var last: Int?
        for step in schedule.changes {
            if step.time != last {
                // By a clock that is not believed nobody knows how long that is.
                let left = schedule.clockDoubt == nil ? ", in \(Quantity.duration(step.time - schedule.time))" : ""
                text += "\(last == nil ? "" : "\n")\(CalendarTime(step.time))\(left)\n"
            }
            last = step.time
            text += "  \(sign(of: step)) \(step.statement)\n    \(place(of: step))\n"
        }
        return text
    }

    /// Why the clock is not believed, and the beginning of what follows from that.
    private static func head(_ schedule: ScheduleReply) -> String {
        schedule.clockDoubt.map { "\($0)\nuntil then, " } ?? ""
    }

    private static func place(of step: ScheduledStep) -> String {
        step.location.isEmpty ? "in the file before the one that was rolled back" : step.location
    }

    private static func sign(of step: ScheduledStep) -> String {
        switch step.change {
        case .known(.begins): "+"
        case .known(.ends): "-"
        case .unknown(let word): word
        }
    }
}
