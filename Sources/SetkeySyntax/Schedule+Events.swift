extension Schedule {
    /// Something that begins or ends.
    package struct Event: Sendable {
        /// When, in seconds since 1970.
        package let moment: Int
        /// Whether it begins then; else it ends.
        package let isBeginning: Bool
        /// The statement.
        package let kind: Statement.Kind
        /// When that holds.
        package let validity: Validity
        /// Where it stands.
        package let origin: StatementOrigin
    }

    /// How many beginnings and ends there are.
    package var eventCount: Int { events.count }

    /// The number of the first that comes after a moment.
    package func firstEvent(after moment: Int) -> Int {
        events.partition { $0.moment > moment }
    }

    /// A beginning or an end by its number: in the order of time, of one moment beginnings first, and as in the file.
    package func event(_ number: Int) -> Event {
        let mark = events[number]
        let place = mark.place
        guard place < associations.count else {
            let timed = policies[place - associations.count]
            return Event(
                moment: mark.moment, isBeginning: mark.isBeginning, kind: .addPolicy(timed.declared.entry),
                validity: timed.validity, origin: timed.declared.origin)
        }
        let timed = associations[place]
        return Event(
            moment: mark.moment, isBeginning: mark.isBeginning, kind: .add(timed.declared.entry),
            validity: timed.validity, origin: timed.declared.origin)
    }

    /// One of them, without what it is about.
    struct EventMark: Sendable {
        let moment: Int
        let isBeginning: Bool
        /// Among the SAs, and behind them the policies.
        let place: Int
    }

    /// All of them, in order.
    static func events(of validities: [Validity]) -> [EventMark] {
        var events: [EventMark] = []
        for (place, validity) in validities.enumerated() {
            if validity.from != .min {
                events.append(EventMark(moment: validity.from, isBeginning: true, place: place))
            }
            if validity.until != .max {
                events.append(EventMark(moment: validity.until, isBeginning: false, place: place))
            }
        }
        return events.sorted {
            ($0.moment, $0.isBeginning ? 0 : 1, $0.place) < ($1.moment, $1.isBeginning ? 0 : 1, $1.place)
        }
    }
}
