/// What a client asks, decoded: the methods of `org.setkeyd`, with their parameters.
package enum Call: Hashable, Sendable {
    /// Run statements, as `setkey -f` and `-c` do.
    case execute(ExecuteParameters)
    /// The SAD as records.
    case listAssociations(ListAssociationsParameters)
    /// The SPD as records.
    case listPolicies(ListPoliciesParameters)
    /// A database as text, as `setkey -D` prints it.
    case render(RenderParameters)
    /// Empty a database.
    case flush(FlushParameters)
    /// Tell what the kernel tells, until the caller leaves.
    case monitor(MonitorParameters)
    /// Read the configuration again, and apply what differs.
    case reload(ReloadParameters)
    /// Keep what the last reload has done; see ``ReloadParameters/confirmSeconds``.
    case confirm
    /// Undo what the last reload has done.
    case revert
    /// Take out what the file owns, and apply nothing until ``turnOn(_:)``.
    case turnOff(ReloadParameters)
    /// Apply the file again.
    case turnOn(ReloadParameters)
    /// Tell what a reload would do.
    case plan(PlanParameters)
    /// Tell what of the file begins and ends when.
    case schedule
    /// Tell what the kernel does to a packet.
    case explain(ExplainParameters)
    /// Tell what is wrong, or soon will be.
    case diagnose
    /// Tell figures, for programs that keep them.
    case metrics(MetricsParameters)
    /// Tell how things stand.
    case status
    /// Tell what the kernel interface can carry.
    case traits
}
