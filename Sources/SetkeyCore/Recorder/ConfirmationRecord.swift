/// What a daemon must know of an unconfirmed reload, should it take the place of one that was killed.
package struct ConfirmationRecord: Hashable, Sendable {
    /// What became of the reload.
    package enum Status: String, Hashable, Sendable {
        /// The file is applied, and the former state comes back at the deadline.
        case waiting
        /// The former state is in force, and the file is not to be applied unasked.
        case reverted
    }

    /// Whether it still waits.
    package var status: Status
    /// How long the reload may wait, in seconds.
    package var seconds: Int
    /// By the wall clock, seconds since 1970.
    package var deadline: Int
    /// Of the file that was applied, or rolled back.
    package var fingerprint: Fingerprint
    /// See ``FormerState/endedAt``.
    package var endedAt: Int

    package init(status: Status, seconds: Int, deadline: Int, fingerprint: Fingerprint, endedAt: Int) {
        self.status = status
        self.seconds = seconds
        self.deadline = deadline
        self.fingerprint = fingerprint
        self.endedAt = endedAt
    }

    /// What a confirmation may take, in seconds: longer is nothing that a daemon has written.
    private static let limits = 0...86_400

    /// How many seconds are left at `now`: never more than there were, wherever the clock was set to.
    func secondsLeft(at now: Int) -> Int {
        let (left, overflows) = deadline.subtractingReportingOverflow(now)
        return overflows ? 0 : min(max(0, left), seconds)
    }

    /// The text form, one word and one value a line.
    package var text: [UInt8] {
        Array(
            """
            # A reload that waits for its confirmation, or was rolled back; written by setkeyd, which removes it.
            status \(status.rawValue)
            seconds \(seconds)
            deadline \(deadline)
            file \(String(fingerprint.rawValue, radix: 16))
            ended \(endedAt)

            """.utf8)
    }

    /// Reads the text form; `nil` for what is not one, or has lost its end.
    package init?(parsing text: String) {
        guard text.hasSuffix("\n") else { return nil }
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            guard words.count == 2 else { return nil }
            values[words[0]] = words[1]
        }
        guard let status = values["status"].flatMap({ Status(rawValue: String($0)) }),
            let seconds = values["seconds"].flatMap({ Int($0) }), Self.limits.contains(seconds),
            let deadline = values["deadline"].flatMap({ Int($0) }),
            let fingerprint = values["file"].flatMap({ UInt64($0, radix: 16) }),
            let endedAt = values["ended"].flatMap({ Int($0) })
        else { return nil }
        self.init(
            status: status, seconds: seconds, deadline: deadline, fingerprint: Fingerprint(rawValue: fingerprint),
            endedAt: endedAt)
    }
}
