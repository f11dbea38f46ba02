import IPsec

/// What a plan means besides its steps, for what is the file's and for the way back.
///
/// One reference to what never changes: an application is passed on with every request.
final class Consequences: Sendable {
    /// What is owned from now on, and is written down before anything is asked of the kernel.
    let claimed: NameLists
    /// What is owned as soon as the state is in force, and is written down then: it is right already.
    let claimedLater: NameLists
    /// What is no longer owned as soon as the state is in force.
    let released: NameLists
    /// What was the file's, is no longer declared, and may still be in the kernel, which does not tell all that it has.
    let unseen: OwnedIdentities
    /// The file's entries with a limited life that the steps make anew: they live from now on.
    let reborn: NameLists
    /// For a reload that changes something, or turns the switch, what was in force before it.
    let present: FormerState?

    /// Of the plan that `builder` has made.
    ///
    /// - Parameter turns: whether the switch is turned, which is a change though the kernel may not notice it.
    init(of builder: PlanBuilder, turns: Bool = false) {
        claimed = builder.claimed
        claimedLater = builder.claimedAsIs
        released = builder.released
        unseen = builder.unseen
        reborn = builder.reborn
        present = builder.plan.steps.isEmpty && !turns ? nil : builder.former
    }

    /// Of a repair: it makes nothing the file's that was not.
    init(reborn: NameLists = NameLists()) {
        claimed = NameLists()
        claimedLater = NameLists()
        released = NameLists()
        unseen = OwnedIdentities()
        self.reborn = reborn
        present = nil
    }
}
