/// What becomes of the kernel's hash thresholds for policies.
package enum ThresholdPolicy: String, Sendable, CaseIterable {
    /// They are chosen from the file's prefixes.
    case auto
    /// They stay as they are.
    case keep
}
