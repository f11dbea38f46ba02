/// The names of the rules about what is legal and probably not meant; a message ends with the one that it is of.
package enum RuleCode: String, CaseIterable, Sendable {
    // Over the entries of a file.
    /// A policy wants an SA that the file does not declare.
    case noSAForPolicy = "no-sa-for-policy"
    /// An SA that no policy of the file sends packets through.
    case noPolicyForSA = "no-policy-for-sa"
    /// A tunnel's `in` policy has no matching `fwd` policy.
    case tunnelWithoutForward = "tunnel-without-fwd"
    /// The two SAs of a pair are for the same direction.
    case sameDirectionTwice = "same-direction-twice"
    /// Two policies match the same packets, and which of them wins is not said.
    case overlappingPolicies = "overlapping-policies"
    /// The key is in a manual or an example.
    case publishedKey = "published-key"
    /// Two SAs have the same key.
    case sharedKey = "shared-key"
    /// A nonce comes twice under one key, after a reboot.
    case repeatedNonces = "repeated-nonces"
    /// A tunnel's policy is of another family than its SA.
    case mixedFamilies = "mixed-families"
    /// An SA that a group shares says one direction.
    case oneWayGroup = "one-way-group"
    /// An SA for many packets has the window of old.
    case narrowWindow = "narrow-window"
    /// SAs stop after 2^32 packets.
    case sequenceEnd = "sequence-end"
    /// What no policy matches is dropped, and none lets anything pass in clear.
    case blockingDefault = "blocking-default"
    /// For a time to come, a policy has no SA.
    case uncoveredTime = "uncovered-time"
    /// What receives begins too late for what sends, or ends too early.
    case shortOverlap = "short-overlap"
    /// A group's next SA begins to send in the moment in which it begins to receive.
    case groupWithoutSwitch = "group-without-switch"
    /// An SA gets other keys, and keeps its SPI.
    case rollUnderOneSPI = "roll-under-one-spi"
    /// A policy ends, and none of its name follows.
    case policyEnds = "policy-ends"
    // Within one statement.
    /// The directory of an `include` pattern does not exist.
    case missingDirectory = "missing-directory"
    /// A replay window on an SA that several senders share.
    case sharedReplayWindow = "shared-replay-window"
    /// An option is written twice: the last one counts.
    case repeatedOption = "repeated-option"
    /// Ports are written where type and code belong.
    case portsOfICMP = "ports-of-icmp"
    /// Every user of the machine can read the credential.
    case readableCredential = "readable-credential"
}
