/// What a client asks, decoded: the methods of `org.setkeyd`, with their parameters.
package enum Call: Hashable, Sendable {
    case execute(ExecuteParameters)
    case listAssociations(ListAssociationsParameters)
    case listPolicies(ListPoliciesParameters)
    case render(RenderParameters)
    case flush(FlushParameters)
    case monitor(MonitorParameters)
    case reload(ReloadParameters)
    case confirm
    case revert
    case plan(PlanParameters)
    case status
    case traits
}
