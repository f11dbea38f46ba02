/// What the daemon answers; each case is the `parameters` object of a Varlink reply.
package enum Reply: Hashable, Sendable {
    case execute(ExecuteReply)
    case associations(AssociationsReply)
    case policies(PoliciesReply)
    case render(RenderReply)
    case flushed
    case monitor(MonitorReply)
    case reload(ReloadReply)
    case confirmed
    case plan(PlanReply)
    case status(StatusReply)
    case traits(TraitsReply)
}

/// Progress and results of an `Execute`.
package struct ExecuteReply: Codable, Hashable, Sendable {
    /// Statements of this call that have been executed so far, failed ones included.
    package var executed: Int
    /// What failed since the last reply.
    package var failures: [StatementFailure]?
    /// What was done since the last reply, and is probably not enough; its errno is 0.
    package var warnings: [StatementFailure]?
    /// What `get`, `dump` and `spddump` printed since the last reply.
    package var output: WireText?
    /// Kernel messages since the last reply, as text, where they were asked for.
    package var messages: WireText?
    /// How many applied statements an atomic run has undone after a failure.
    package var undone: Int?
    /// Whether the text said `exit`: the rest of the run was not read.
    package var ended: Bool?

    package init(executed: Int) {
        self.executed = executed
    }
}

/// One statement that the kernel refused, or that is warned about.
package struct StatementFailure: Codable, Hashable, Sendable {
    /// Where the statement begins in the call's text, in bytes of its UTF-8.
    package var offset: Int
    /// Its length in bytes.
    package var length: Int
    /// What was attempted, in one phrase without keys: `add esp 10.0.11.33 spi 0x1e241`.
    package var operation: String
    /// The errno's number; 0 where there is none.
    package var errno: Int
    /// Why, in words, with the errno's name: `it already exists (EEXIST)`.
    package var reason: String

    package init(offset: Int, length: Int, operation: String, errno: Int, reason: String) {
        self.offset = offset
        self.length = length
        self.operation = operation
        self.errno = errno
        self.reason = reason
    }
}

/// A part of the SAD.
package struct AssociationsReply: Codable, Hashable, Sendable {
    package var associations: [AssociationRecord]
    /// The daemon's clock, seconds since 1970: what ages are counted to.
    package var time: Int
    /// In the last part: why the kernel does not tell all of them, and these are what is known.
    package var incomplete: String?

    package init(associations: [AssociationRecord], time: Int) {
        self.associations = associations
        self.time = time
    }
}

/// A part of the SPD.
package struct PoliciesReply: Codable, Hashable, Sendable {
    package var policies: [PolicyRecord]
    /// As in ``AssociationsReply``.
    package var incomplete: String?

    package init(policies: [PolicyRecord]) {
        self.policies = policies
    }
}

/// A part of a dump's text.
package struct RenderReply: Codable, Hashable, Sendable {
    package var text: WireText
    /// As in ``AssociationsReply``.
    package var incomplete: String?

    package init(text: WireText) {
        self.text = text
    }
}

extension Reply {
    /// Why the kernel does not tell all of a database, in the last part of a dump of it.
    package var incomplete: String? {
        switch self {
        case .associations(let reply): reply.incomplete
        case .policies(let reply): reply.incomplete
        case .render(let reply): reply.incomplete
        default: nil
        }
    }

    /// Notes in a part of a dump that it is incomplete.
    package mutating func note(incomplete reason: String) {
        switch self {
        case .associations(var reply):
            reply.incomplete = reason
            self = .associations(reply)
        case .policies(var reply):
            reply.incomplete = reason
            self = .policies(reply)
        case .render(var reply):
            reply.incomplete = reason
            self = .render(reply)
        default: break
        }
    }
}

/// One kernel event.
package struct MonitorReply: Codable, Hashable, Sendable {
    /// What has happened.
    package var event: MonitorEvent
    /// For `expired`: which lifetime has ended.
    package var expiry: LifetimeExpiry?
    /// When the daemon saw it: seconds since 1970, and microseconds.
    package var seconds: Int
    package var microseconds: Int
    /// The process id that the requester wrote into its message; 0 for the kernel and for `ip`.
    package var pid: Int?
    package var association: AssociationRecord?
    package var policy: PolicyRecord?
    /// One line for people.
    package var summary: String?
    /// The kernel's message as text, in the layout of `setkey -x`.
    package var text: String?
    /// The kernel's message as hexadecimal digits; key bytes are zero unless keys were asked for.
    package var hex: String?

    package init(event: MonitorEvent, seconds: Int, microseconds: Int) {
        self.event = event
        self.seconds = seconds
        self.microseconds = microseconds
    }
}

/// The outcome of a reload that has been carried out.
package struct ReloadReply: Codable, Hashable, Sendable {
    /// Kernel writes that it took; 0 where nothing differed.
    package var writes: Int
    /// Entries that the file declares.
    package var associations: Int
    package var policies: Int
    /// Warnings of the file, rendered.
    package var warnings: [String]
    /// Seconds within which it must be confirmed, or is rolled back.
    package var confirmSeconds: Int?

    package init(
        writes: Int, associations: Int, policies: Int, warnings: [String], confirmSeconds: Int? = nil
    ) {
        self.writes = writes
        self.associations = associations
        self.policies = policies
        self.warnings = warnings
        self.confirmSeconds = confirmSeconds
    }
}

/// A part of what a reload would do.
package struct PlanReply: Codable, Hashable, Sendable {
    /// In the order in which they would be done.
    package var steps: [PlanStep]
    /// In the first part: warnings and notes about the file, rendered; without source lines for those who may not read
    /// it. Nothing if there are none.
    package var warnings: [String]?

    package init(steps: [PlanStep], warnings: [String]? = nil) {
        self.steps = steps
        self.warnings = warnings
    }
}

/// One step of a plan; no keys.
package struct PlanStep: Codable, Hashable, Sendable {
    /// `add`, `update` (in place), `replace` (delete and add), `delete`.
    package var change: String
    /// What would be done, in one phrase.
    package var operation: String
    /// The statement that declares the entry, as the parser understood it, or one that removes it.
    package var statement: String
    /// `missing`, `stale`, `differs(mode, key)`.
    package var reason: String
    /// Kernel writes that it takes.
    package var writes: Int
    /// What differs, where something does.
    package var differences: [PlanDifference]?
    /// Where the statement stands in the configuration: `FILE:LINE:COLUMN`.
    package var location: String?
    /// Where it stands in a text of the caller's: in which of its parts, counted from 0, and at which byte.
    package var part: Int?
    package var offset: Int?

    package init(change: String, operation: String, statement: String, reason: String, writes: Int) {
        self.change = change
        self.operation = operation
        self.statement = statement
        self.reason = reason
        self.writes = writes
    }
}

/// One property of an entry that is not as declared.
package struct PlanDifference: Codable, Hashable, Sendable {
    /// `source`, `mode`, `reqid`, `replay`, `flags`, `algorithm`, `key`, `lifetime`, `encapsulation`, `action`,
    /// `priority`.
    package var field: String
    /// What the kernel has; nothing for a key.
    package var present: String?
    /// What is declared; nothing for a key.
    package var declared: String?

    package init(field: String, present: String?, declared: String?) {
        self.field = field
        self.present = present
        self.declared = declared
    }
}

/// How the daemon is.
package struct StatusReply: Codable, Hashable, Sendable {
    package var version: String
    /// `PF_KEY` or `simulated`.
    package var kernelInterface: String
    /// False for the simulated kernel, which protects nothing.
    package var protectsTraffic: Bool
    package var configuration: String
    /// Whether the kernel holds what the file declares.
    package var settled: Bool
    /// What keeps it from being settled, or what the last reload said.
    package var state: String
    /// Entries that the kernel has.
    package var associations: Int
    package var policies: Int
    /// Entries that are the file's, whether the kernel has them or not.
    package var ownedAssociations: Int
    package var ownedPolicies: Int
    /// Entries that the file declares. Those that are neither missing nor expired are in the kernel.
    package var declaredAssociations = 0
    package var declaredPolicies = 0
    /// Declared entries that the kernel does not have, those that have expired apart.
    package var missingAssociations = 0
    package var missingPolicies = 0
    /// Declared entries that the kernel has with other values.
    package var alteredAssociations = 0
    package var alteredPolicies = 0
    /// Entries that the kernel has and that the file no longer declares, but still owns.
    package var undeclaredAssociations = 0
    package var undeclaredPolicies = 0
    /// Databases that the kernel cannot list completely, `SAD` or `SPD`: there are foreign entries that no number counts.
    package var incomplete: [String] = []
    /// Entries that the kernel has and that are not the file's.
    package var foreignAssociations: Int
    package var foreignPolicies: Int
    /// Declared entries that the kernel does not hold as declared.
    package var drifted: Int
    /// Of these, how many are no longer repaired, because another program insists or the kernel refuses them; nothing if
    /// all are, or none is to be.
    package var unrepaired: Int?
    /// Declared SAs whose lifetime has ended.
    package var expired: Int
    /// What becomes of drift: `repair` or `report`.
    package var drift: String
    /// When the last reload, revert or start ended, in seconds since 1970, and how; nothing before the first.
    package var lastReload: Int?
    package var lastOutcome: String?
    /// Seconds within which the last reload must be confirmed; nothing if none waits.
    package var confirmSeconds: Int?
    /// Of the file's UDP ports for ESP in UDP, why some are not open, one sentence for each; nothing if all are.
    package var closedPorts: [String]?
    /// How often the kernel's messages overran the socket since the start.
    package var overruns: Int
    package var uptimeSeconds: Int
    package var pid: Int
    package var clients: Int

    package init(
        version: String, kernelInterface: String, protectsTraffic: Bool, configuration: String, settled: Bool,
        state: String, associations: Int, policies: Int, ownedAssociations: Int, ownedPolicies: Int,
        foreignAssociations: Int, foreignPolicies: Int, drifted: Int, expired: Int, drift: String, overruns: Int,
        uptimeSeconds: Int, pid: Int, clients: Int
    ) {
        self.version = version
        self.kernelInterface = kernelInterface
        self.protectsTraffic = protectsTraffic
        self.configuration = configuration
        self.settled = settled
        self.state = state
        self.associations = associations
        self.policies = policies
        self.ownedAssociations = ownedAssociations
        self.ownedPolicies = ownedPolicies
        self.foreignAssociations = foreignAssociations
        self.foreignPolicies = foreignPolicies
        self.drifted = drifted
        self.expired = expired
        self.drift = drift
        self.overruns = overruns
        self.uptimeSeconds = uptimeSeconds
        self.pid = pid
        self.clients = clients
    }
}
