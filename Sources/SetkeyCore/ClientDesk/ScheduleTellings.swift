import ControlProtocol
import SetkeySyntax

/// What a client that asks for it is told of what begins and ends.
struct ToldSchedule: Sendable {
    /// `nil` where nothing does.
    let schedule: Schedule?
    let locate: StatementLocator
    /// What comes after this moment is told.
    let since: Int
    /// Why the clock is not believed; `nil` where it is.
    let clockDoubt: String?
}

/// Schedules on their way to clients, at most one for each.
struct ScheduleTellings: Sendable {
    /// Beginnings and ends in one reply.
    private static let changesPerPart = 200

    private struct Telling: Sendable {
        let told: ToldSchedule
        let schedule: Schedule
        var position: Int
    }

    private var tellings: [ClientID: Telling] = [:]

    /// Begins to tell a client, if there is something to tell.
    mutating func begin(_ told: ToldSchedule, for client: ClientID) {
        guard let schedule = told.schedule else { return }
        tellings[client] = Telling(told: told, schedule: schedule, position: schedule.firstEvent(after: told.since))
    }

    /// The next part for a client, and whether others follow; `nil` if it waits for none.
    mutating func nextPart(for client: ClientID, at now: Int) -> (reply: ScheduleReply, continues: Bool)? {
        guard let telling = tellings[client] else { return nil }
        let end = min(telling.position + Self.changesPerPart, telling.schedule.eventCount)
        let changes = (telling.position..<end).map { number in
            let event = telling.schedule.event(number)
            return ScheduledStep(
                time: event.moment, change: .known(event.isBeginning ? .begins : .ends),
                statement: event.kind.text(during: event.validity), location: telling.told.locate(event.origin))
        }
        let continues = end < telling.schedule.eventCount
        if continues { tellings[client]?.position = end } else { tellings[client] = nil }
        return (ScheduleReply(changes: changes, time: now, clockDoubt: telling.told.clockDoubt), continues)
    }

    /// A client is gone.
    mutating func remove(_ client: ClientID) { tellings[client] = nil }
}
