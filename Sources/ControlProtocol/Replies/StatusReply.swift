/// How the daemon is.
package struct StatusReply: Codable, Hashable, Sendable {
    /// The daemon's.
    package var version: String
    /// `PF_KEY` or `simulated`.
    package var kernelInterface: String
    /// False for the simulated kernel, which protects nothing.
    package var protectsTraffic: Bool
    /// The path of the file.
    package var configuration: String
    /// Whether the kernel holds what the file declares.
    package var settled: Bool
    /// What keeps it from being settled, or what the last reload said.
    package var state: String
    /// Entries that the kernel has.
    package var associations: Int
    /// Policies that the kernel has.
    package var policies: Int
    /// Entries that are the file's, whether the kernel has them or not.
    package var ownedAssociations: Int
    /// Policies that are the file's, whether the kernel has them or not.
    package var ownedPolicies: Int
    /// Entries that the file declares. Those that are neither missing nor expired are in the kernel.
    package var declaredAssociations = 0
    /// Policies that the file declares.
    package var declaredPolicies = 0
    /// Declared entries that the kernel does not have, those that have expired apart.
    package var missingAssociations = 0
    /// Declared policies that the kernel does not have, those that have expired apart.
    package var missingPolicies = 0
    /// Declared entries that the kernel has with other values.
    package var alteredAssociations = 0
    /// Declared policies that the kernel has with other values.
    package var alteredPolicies = 0
    /// Entries that the kernel has and that the file no longer declares, but still owns.
    package var undeclaredAssociations = 0
    /// Policies that the kernel has and that the file no longer declares, but still owns.
    package var undeclaredPolicies = 0
    /// Databases that the kernel cannot list completely: there are foreign entries that no number counts.
    package var incomplete: [Word<DatabaseAcronym>] = []
    /// Entries that the kernel has and that are not the file's.
    package var foreignAssociations: Int
    /// Policies that the kernel has and that are not the file's.
    package var foreignPolicies: Int
    /// Declared entries that the kernel does not hold as declared.
    package var drifted: Int
    /// Of these, how many are no longer repaired, because another program insists or the kernel refuses them; nothing if
    /// all are, or none is to be.
    package var unrepaired: Int?
    /// Declared SAs whose lifetime has ended.
    package var expired: Int
    /// Declared policies whose lifetime has ended; nothing if there is none.
    package var expiredPolicies: Int?
    /// What becomes of drift.
    package var drift: Word<DriftPolicy>
    /// Since when nothing is applied, because somebody has turned off, in seconds since 1970; nothing while the file is.
    package var off: Int?
    /// When the last reload, revert or start ended, in seconds since 1970, and how; nothing before the first.
    package var lastReload: Int?
    /// How the last reload, revert or start ended: one phrase.
    package var lastOutcome: String?
    /// Seconds within which the last reload must be confirmed; nothing if none waits.
    package var confirmSeconds: Int?
    /// Of the file's UDP ports for ESP in UDP, why some are not open, one sentence for each; nothing if all are.
    package var closedPorts: [String]?
    /// Of SAs that have used three quarters of their sequence numbers and more, one sentence for each, the worst first, at
    /// most 20; nothing if there is none, or the kernel interface does not tell.
    package var sequences: [String]?
    /// How many of the missing policies wait for their network devices; nothing if none does.
    package var waitingPolicies: Int?
    /// The devices that they wait for, each once; nothing if none does.
    package var awaitedDevices: [String]?
    /// When something that is declared begins or ends next, in seconds since 1970; nothing if nothing does.
    package var nextChange: Int?
    /// From when on the first policy has no SA, in seconds since 1970, past ones included that have none yet; nothing if all
    /// have one.
    package var keysEnd: Int?
    /// How often the kernel's messages overran the socket since the start.
    package var overruns: Int
    /// Since the daemon was started.
    package var uptimeSeconds: Int
    /// The daemon's process id.
    package var pid: Int
    /// Connections at the moment, the caller's included.
    package var clients: Int

    package init(
        version: String, kernelInterface: String, protectsTraffic: Bool, configuration: String, settled: Bool,
        state: String, associations: Int, policies: Int, ownedAssociations: Int, ownedPolicies: Int,
        foreignAssociations: Int, foreignPolicies: Int, drifted: Int, expired: Int, drift: Word<DriftPolicy>,
        overruns: Int,
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
