import IPsec
import SetkeySyntax

// What a state that has come into force leaves to be done, and nobody waits for: a few entries at a time.

/// How far that is.
struct Tidying: Sendable {
    /// The next declared SA to share its keys with the mirror.
    var position = 0
    /// The next part of the entries that have expired to be looked through.
    var shard = 0
}

extension Reconciler {
    /// Begins, anew if need be.
    mutating func beginTidying(_ context: inout Context) {
        tidying = Tidying()
        context.out.askTurn()
    }

    /// Lets the mirror share the keys of what is declared, which otherwise are in memory twice, and forgets the expired
    /// entries that are no longer declared as they were.
    mutating func continueTidying(_ context: inout Context) {
        guard var tidying else { return }
        let declared = inForce.associations
        // At a boundary it may have become shorter.
        let start = min(tidying.position, declared.count)
        let end = min(start + Daemon.slice, declared.count)
        for index in start..<end {
            let association = declared[index].entry
            context.kernel.mirror.associations.amend(association.identity) { $0.shareKeys(with: association) }
        }
        tidying.position = end
        // While nothing is applied, what has expired is what was declared before.
        if end == declared.count, !mainSwitch.isOff { forgetOldExpiries(&tidying) }
        let isDone =
            end == declared.count && (mainSwitch.isOff || tidying.shard == ExpiredEntries.shardCount)
        self.tidying = isDone ? nil : tidying
        if !isDone { context.out.askTurn() }
    }

    private mutating func forgetOldExpiries(_ tidying: inout Tidying) {
        var left = Daemon.slice
        while left > 0, tidying.shard < ExpiredEntries.shardCount {
            left -= state.forgetOldExpiries(shard: tidying.shard)
            tidying.shard += 1
        }
    }
}
