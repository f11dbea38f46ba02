package import ControlProtocol

/// What the mirror shows of the kernel, as far as a plan has to know.
package struct PlanSight: Sendable {
    /// Databases that may hold more than is shown.
    package var incomplete: [DatabaseName] = []
    /// Whether the kernel interface tells marks, and what else few names have; else what has them is not shown.
    package var tellsRareNames = true
    /// Whether keys that the kernel does not tell are taken to be the declared ones: until a state is in force, nobody knows
    /// better. Later they are known, unless somebody else has put the SA in.
    package var adoptsSecrets = false

    package init() {}
}
