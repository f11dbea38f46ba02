import ControlProtocol
import IPsec

// What clients ask, and which machine answers.

extension Daemon {
    /// A call has come. The client's next one comes when it has been answered, except for the next part of a run.
    mutating func answer(_ call: Call, of client: ClientID) {
        if let refusal = clients.refusal(of: call, from: client) { return context.out.fail(client, refusal) }
        let caller = clients.caller(client)
        switch call {
        case .execute(let parameters): clients.execute(parameters, for: client, &context)
        case .listAssociations(let parameters):
            clients.list(parameters, EntryOwners(of: reconciler), for: client, &context)
        case .listPolicies(let parameters):
            clients.list(parameters, EntryOwners(of: reconciler), for: client, &context)
        case .render(let parameters):
            clients.render(parameters, reconciler.ownership, reconciler.savedTimes, for: client, &context)
        case .flush(let parameters): clients.flush(parameters, for: client)
        case .monitor(let parameters): clients.monitor(parameters, for: client, &context)
        case .reload(let parameters): reconciler.reload(parameters, for: caller, &context)
        case .confirm: reconciler.confirm(for: caller, &context)
        case .revert: reconciler.revert(for: caller, &context)
        case .turnOff(let parameters): reconciler.turn(.off, parameters, for: caller, &context)
        case .turnOn(let parameters): reconciler.turn(.on, parameters, for: caller, &context)
        case .plan(let parameters): plan(parameters, for: client)
        case .schedule: clients.tell(reconciler.toldSchedule(at: context.now), to: client, &context)
        case .explain(let parameters): clients.explain(parameters, for: client, &context)
        case .diagnose: clients.diagnose(for: client, &context)
        case .metrics(let parameters):
            clients.metrics(parameters, isReconciling: !reconciler.isIdle, for: client, &context)
        case .status: context.out.reply(client, .status(status))
        case .traits: context.out.reply(client, .traits(TraitsReply(context.kernel.textTraits)))
        }
    }

    private mutating func plan(_ parameters: PlanParameters, for client: ClientID) {
        if let text = parameters.text {
            return clients.plan(text, parameters, for: client, reconciler.ownership, &context)
        }
        if let refusal = clients.awaitFilePlan(for: client) { return context.out.fail(client, refusal) }
        reconciler.planFile(for: client, at: parameters.at, &context)
    }
}
