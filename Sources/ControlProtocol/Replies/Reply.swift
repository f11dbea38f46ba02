/// What the daemon answers; each case is the `parameters` object of a Varlink reply.
package enum Reply: Hashable, Sendable {
    /// To ``Call/execute(_:)``: any number of them, the last one without `continues`.
    case execute(ExecuteReply)
    /// To ``Call/listAssociations(_:)``, in parts.
    case associations(AssociationsReply)
    /// To ``Call/listPolicies(_:)``, in parts.
    case policies(PoliciesReply)
    /// To ``Call/render(_:)``, in parts.
    case render(RenderReply)
    /// To ``Call/flush(_:)``: it has been done.
    case flushed
    /// To ``Call/monitor(_:)``: one for each event, without end.
    case monitor(MonitorReply)
    /// To ``Call/reload(_:)`` and ``Call/revert``: it has been carried out.
    case reload(ReloadReply)
    /// To ``Call/confirm``: it stays.
    case confirmed
    /// To ``Call/plan(_:)``, in parts.
    case plan(PlanReply)
    /// To ``Call/schedule``, in parts.
    case schedule(ScheduleReply)
    /// To ``Call/explain(_:)``.
    case explain(ExplainReply)
    /// To ``Call/diagnose``.
    case diagnose(DiagnoseReply)
    /// To ``Call/metrics(_:)``, in parts.
    case metrics(MetricsReply)
    /// To ``Call/status``.
    case status(StatusReply)
    /// To ``Call/traits``.
    case traits(TraitsReply)
}
