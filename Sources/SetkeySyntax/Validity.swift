import TextBytes

/// When a declaration holds: from its beginning up to its end, which is no part of it (language 6).
package struct Validity: Hashable, Sendable {
    /// At all times.
    package static let always = Validity(bounds: (.min, .max))

    /// The first second, since 1970; `Int.min` for no beginning.
    package let from: Int
    /// The first second after it, since 1970, later than ``from``; `Int.max` for no end.
    package let until: Int

    /// `nil` where it would end before it begins.
    package init?(from: Int?, until: Int?) {
        self.init(bounds: (from ?? .min, until ?? .max))
        guard self.from < self.until else { return nil }
    }

    private init(bounds: (from: Int, until: Int)) {
        (from, until) = bounds
    }

    /// Whether it holds at a moment, in seconds since 1970.
    package func contains(_ moment: Int) -> Bool { from <= moment && moment < until }

    /// Whether there is a moment at which both hold.
    package func overlaps(_ other: Validity) -> Bool { from < other.until && other.from < until }

    /// When both hold; `nil` for never.
    package func intersection(_ other: Validity) -> Validity? {
        Validity(from: max(from, other.from), until: min(until, other.until))
    }

    /// Appends ` -from TIME -until TIME`, of these what is limited.
    func append(to output: inout [UInt8]) {
        if from != .min {
            output.append(" -from ")
            CalendarTime(from).append(to: &output)
        }
        if until != .max {
            output.append(" -until ")
            CalendarTime(until).append(to: &output)
        }
    }
}
