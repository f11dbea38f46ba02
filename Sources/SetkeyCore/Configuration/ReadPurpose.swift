/// What the configuration is read for.
package enum ReadPurpose: Hashable, Sendable {
    /// To be applied.
    case transition
    /// To tell clients what applying it would do; the number tells one such reading from another.
    case plan(Int)
}
