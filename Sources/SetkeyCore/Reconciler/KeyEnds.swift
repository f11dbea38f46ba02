import IPsec
import SetkeySyntax

/// Policies that are going to be without an SA: told some time before, and again later.
struct KeyEnds: Sendable {
    /// So many seconds before: a week, a day, an hour.
    static let leads = [604_800, 86_400, 3_600]

    /// A moment, and the policies that have no SA from then on.
    struct End: Sendable {
        /// Seconds since 1970.
        let moment: Int
        fileprivate(set) var policies: [DesiredState.Declared<SecurityPolicy>]
        /// When the last of them has one again.
        fileprivate(set) var until: Int
        /// How many of the leads have passed.
        fileprivate(set) var stage = 0
    }

    /// In the order of time.
    private var ends: [End] = []
    /// When something is to be told, in that order.
    private var tellings: [Int] = []

    /// - Parameter state: what is in force.
    init(of state: DesiredState = .empty, at now: Int = 0) {
        for loss in state.losses where loss.during.until > now {
            let last = ends.count - 1
            if last >= 0, ends[last].moment == loss.during.from {
                ends[last].policies.append(loss.policy)
                ends[last].until = max(ends[last].until, loss.during.until)
            } else {
                ends.append(End(moment: loss.during.from, policies: [loss.policy], until: loss.during.until))
            }
        }
        tellings = ends.flatMap { end in Self.leads.map { end.moment - $0 } }.sorted()
    }

    /// The first moment from which a policy has no SA, if it has not got one again until now; it may have passed.
    func first(at now: Int) -> Int? { ends.first { $0.until > now }?.moment }

    /// When something is to be told.
    func nextTelling(after now: Int) -> Int? {
        let next = tellings.partition { $0 > now }
        return next < tellings.count ? tellings[next] : nil
    }

    /// What is to be told now, each for one of the leads.
    mutating func take(at now: Int) -> [End] {
        var told: [End] = []
        for index in ends.indices {
            let stage = Self.leads.count { ends[index].moment - $0 <= now }
            guard stage != ends[index].stage else { continue }
            let isNews = stage > ends[index].stage && ends[index].moment > now
            ends[index].stage = stage
            if isNews { told.append(ends[index]) }
        }
        return told
    }
}
