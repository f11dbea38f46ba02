/// Where the entry is likely to be that is looked for next: behind the last one, because dumps have a table's order.
///
/// It may be wrong, and costs little then.
package struct TableGuess: Sendable {
    /// Of the entry that was found last; no slot at first, when the newest is looked for.
    var slot = UInt32.max
}
