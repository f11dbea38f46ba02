import ControlProtocol
import SetkeySyntax

// `Plan` without a text: one reading and one plan for all clients who wait.

extension Reconciler {
    /// A client waits for the plan of the file.
    ///
    /// - Parameter moment: of which, in seconds since 1970; `nil` for now.
    mutating func planFile(for client: ClientID, at moment: Int?, _ context: inout Context) {
        filePlan.want(client, at: moment)
        beginFilePlan(&context)
    }

    /// Reads the file for everybody who waits for its plan, if no transition is under way: that comes first, and it
    /// changes what the plan is about.
    mutating func beginFilePlan(_ context: inout Context) {
        guard filePlan.isDue, isIdle else { return }
        filePlan.begin()
        context.out.perform(.readConfiguration(.plan(filePlan.number)))
    }

    /// The shell has read the file for a plan.
    mutating func planFile(_ configuration: Configuration, _ number: Int, _ context: inout Context) {
        guard case .reading = filePlan.phase, number == filePlan.number else { return }
        switch unmissed(configuration) {
        case .loaded(let file):
            if filePlan.moment == nil, let why = doubt(of: file, context) {
                return filePlan.end(with: .invalid([why]))
            }
            planFile(
                file.desired.at(filePlan.moment ?? context.now.seconds), file.locate,
                warnings: shortened(file.warnings + file.notes), &context)
        case .absent: planFile(.empty, nil, warnings: [], &context)
        case .invalid(let messages): filePlan.end(with: .invalid(messages))
        }
    }

    private mutating func planFile(
        _ desired: DesiredState, _ locate: StatementLocator?, warnings: [String], _ context: inout Context
    ) {
        filePlan.go(on: PlanBuilder(to: desired, ownership: ownership), locate, warnings: warnings)
        context.out.askTurn()
    }

    mutating func continueFilePlan(_ context: inout Context) {
        guard isIdle, context.kernel.isMirrorTrue,
            case (var builder, let locate, let warnings)? = filePlan.takeBuilder()
        else { return }
        guard advance(&builder, &context) else { return filePlan.go(on: builder, locate, warnings: warnings) }
        filePlan.end(with: .made(builder.plan.steps, locate, warnings: warnings))
    }

    /// A transition begins: the plan at hand is given up, and made anew after it for the same clients.
    mutating func interruptFilePlan(_ context: inout Context) {
        abandonFilePlan(&context)
        filePlan.postpone()
    }

    /// A client waits no longer. With the last one, the plan at hand is given up.
    mutating func leaveFilePlan(_ client: ClientID, _ context: inout Context) {
        guard filePlan.leave(client) else { return }
        abandonFilePlan(&context)
        filePlan.giveUp()
    }

    /// Stops what is being done for the plan at hand.
    mutating func abandonFilePlan(_ context: inout Context) {
        switch filePlan.phase {
        case .idle: break
        case .reading: context.out.perform(.abandonReading)
        case .planning(var builder, _, _): builder.close(&context.kernel.mirror)
        }
    }
}
