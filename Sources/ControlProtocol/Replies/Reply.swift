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
