/// What a line of the log is about: the events by which programs search the journal.
///
/// Each has a MESSAGE_ID (sd_journal_send(3)) that never changes; `journalctl -x` explains it by the message catalog.
package enum LogKind: String, CaseIterable, Hashable, Sendable {
    /// The file is in force: the kernel holds what it declares.
    case settled
    /// The kernel has refused a step of a plan.
    case refused
    /// A reload was refused midway, and what was applied of it has been rolled back.
    case undone
    /// A reload waits for its confirmation.
    case pending
    /// A reload has been confirmed.
    case confirmed
    /// A reload has been rolled back: the file is not applied.
    case rolledBack
    /// Nothing of the file is applied, because somebody has turned off.
    case turnedOff
    /// A declared entry is not in the kernel as declared.
    case drift
    /// Declared entries have been put back.
    case repaired
    /// A declared entry is no longer put back: somebody else insists.
    case insisted
    /// The hard lifetime of a declared entry has ended.
    case lifetimeEnded
    /// Somebody else has added an SA.
    case associationAdded
    /// Somebody else has updated an SA.
    case associationUpdated
    /// Somebody else has deleted an SA.
    case associationDeleted
    /// The soft lifetime of an SA has ended.
    case softExpired
    /// The hard lifetime of an SA has ended, and the SA is gone.
    case hardExpired
    /// There is no SA for traffic that a policy protects.
    case acquire
    /// Somebody else has removed all SAs.
    case associationsFlushed
    /// Somebody else has added a policy.
    case policyAdded
    /// Somebody else has replaced a policy.
    case policyUpdated
    /// Somebody else has deleted a policy.
    case policyDeleted
    /// Somebody else has removed all policies.
    case policiesFlushed
    /// The soft lifetime of a policy has ended.
    case policySoftExpired
    /// The hard lifetime of a policy has ended, and the policy is gone.
    case policyHardExpired
    /// SAs and policies have moved to other addresses.
    case migrated
    /// The peer of an ESP-in-UDP SA appears under another address.
    case mappingChanged
    /// Many events were not logged individually.
    case summary
    /// Messages of the kernel may have been lost; everything is read again.
    case overrun
    /// The kernel does not answer, or does not tell what it holds.
    case kernelFailure
    /// A client has changed something: the audit trail.
    case clientChange
    /// The file has an error, and is not applied.
    case fileError
    /// The file has something that is probably not meant.
    case fileWarning
    /// A UDP port of the file could not be opened: ESP in UDP is not received there.
    case portClosed
    /// A declared policy waits for its network device.
    case deviceAwaited
    /// A declared policy has been added, because its network device is there.
    case deviceFollowed
    /// The kernel's hash thresholds for policies were set, or not.
    case thresholds
    /// What is declared for a time begins or ends.
    case boundaryPassed
    /// A policy is about to lose its last SA.
    case keyEnds
    /// The clock is not believed, or is again: nothing begins or ends meanwhile.
    case clockDoubted
    /// An SA has used so many of its sequence numbers that it has to be replaced before long.
    case sequenceUsed

    /// The MESSAGE_ID: 32 hexadecimal digits.
    package var messageID: String {
        switch self {
        case .settled: "fde2c76299f14fffa9ea1c753d45ee33"
        case .refused: "72eaffebb6df417ba13898c48fa38d40"
        case .undone: "510f3748782249689e861186c372fbe8"
        case .pending: "103a7749199a4ba4b6ce10443901180b"
        case .confirmed: "3f16201ab97f4d22ab6a62338d8ec4b1"
        case .rolledBack: "1c5ec6e2d62c434c978c6c56a424aa96"
        case .turnedOff: "7c0e3b5f1d8f4d6c9a4ef2b1c6d05a83"
        case .drift: "06da781ecf024a319e2a5a3ac70463b1"
        case .repaired: "73a75d1ac496407fb0ea8bee3969473b"
        case .insisted: "14b22ae50dfe41f89c1b6b7fe2aa9549"
        case .lifetimeEnded: "44062e6daac54f04b4ea86b5c409d766"
        case .associationAdded: "71070bc256754fa3a3ae26b778b7a52b"
        case .associationUpdated: "312cb42a655a415d9b9bae8c243e103d"
        case .associationDeleted: "51f7660faf254aa5b3e25b14bd97b732"
        case .softExpired: "d95726d484b74e59a528d49db2c7dd9c"
        case .hardExpired: "b2eb61a55513424589664be16c45a450"
        case .acquire: "eeee6ba005d64de1b114868c7e61ec89"
        case .associationsFlushed: "4b234aa4ecfe4cdd8e3f76e6fe9f95c1"
        case .policyAdded: "13673ba661c548cdb5669dd8105f185f"
        case .policyUpdated: "0b553075e95f45c0a28aa6aeb2414da5"
        case .policyDeleted: "cfdc357f13574bfa89949405461103ed"
        case .policiesFlushed: "4600e08c5b9a4025ac2867d88172893b"
        case .policySoftExpired: "b506512f3dae48ea82e0679dbd5af20b"
        case .policyHardExpired: "a2f7f9399b32477693d9fe328893a3dd"
        case .migrated: "83158114fcca4463b445285199e0c5c5"
        case .mappingChanged: "84723085b3df41d8958ff2d9d43d4b19"
        case .summary: "3a90ead783304b8aae681c46fd20b6cc"
        case .overrun: "8056b253cdfa46878cd2d47426020af0"
        case .kernelFailure: "9c7aec1e3fe246e89663183e3b1a8d8e"
        case .clientChange: "818d376ff644405797679b8c4e838217"
        case .fileError: "3b324ffe2c6248dfb5e05de10bcf0e27"
        case .fileWarning: "ab13139cf53e4d55a0e856efe4d78eab"
        case .portClosed: "1e25e73122e74be99bf8322e9a4f2fbd"
        case .deviceAwaited: "5f0e0fb2a7e0455c8e5b5f0f4a1c9d37"
        case .deviceFollowed: "c2b8d9a16d7f4b0e9e3a7c51d24f8e60"
        case .thresholds: "6576909a521243d6985103bd4ae1b99f"
        case .boundaryPassed: "656c6bc203b443d7af9c9956cebaf911"
        case .keyEnds: "de91294c76bf42529aa11748f46c4206"
        case .clockDoubted: "ca5b791f782a4c948f80aad2fedcc711"
        case .sequenceUsed: "6c1f0b7f5a5e4c1b9d8a3e2746f0c2d9"
        }
    }
}
