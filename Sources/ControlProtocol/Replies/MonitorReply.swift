/// One kernel event.
package struct MonitorReply: Codable, Hashable, Sendable {
    /// What has happened.
    package var event: MonitorEvent
    /// For `expired` and `policyExpired`: which lifetime has ended.
    package var expiry: LifetimeExpiry?
    /// When the daemon saw it: seconds since 1970, and microseconds.
    package var seconds: Int
    /// 0...999,999.
    package var microseconds: Int
    /// The process id that the requester wrote into its message; 0 for the kernel and for `ip`.
    package var pid: Int?
    /// The SA that it is about.
    package var association: AssociationRecord?
    /// The policy that it is about.
    package var policy: PolicyRecord?
    /// One line for people.
    package var summary: String?
    /// The kernel's message as text, in the layout of `setkey -x`.
    package var text: String?
    /// The kernel's message as hexadecimal digits; key bytes are zero unless keys were asked for.
    package var hex: String?

    /// A reply without anything else to tell.
    package init(event: MonitorEvent, seconds: Int, microseconds: Int) {
        self.event = event
        self.seconds = seconds
        self.microseconds = microseconds
    }
}
