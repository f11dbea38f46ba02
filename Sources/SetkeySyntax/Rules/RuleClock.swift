/// By which time the rules judge what a file declares for a time.
package struct RuleClock: Sendable {
    /// By how many seconds the clocks of two machines may differ, unless somebody says otherwise.
    package static let ordinarySkew = 300

    /// Now, in seconds since 1970: what was before is of no interest.
    package let now: Int
    /// By how many seconds the clocks of two ends may differ.
    package let skew: Int

    package init(now: Int, skew: Int = ordinarySkew) {
        self.now = now
        self.skew = skew
    }
}
