/// How far the end of a dump has come.
package enum DumpEnd: Sendable {
    /// Not all that the dump did not tell has been removed.
    case goesOn
    /// The mirror is what the kernel has.
    /// - Parameter corrections: in how many entries it was wrong before.
    case complete(corrections: Int)
    /// The dump has not told all, or what it told cannot be trusted. So many entries that it had to remember are to be
    /// freed.
    case worthless(remains: any Sendable, count: Int)
}
