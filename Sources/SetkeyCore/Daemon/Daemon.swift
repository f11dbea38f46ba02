import ControlProtocol
package import IPsec
package import SetkeySyntax

/// The daemon as a state machine: events in, effects out, time as an argument; no I/O, no clock, no lock.
///
/// A recorded list of events replays a bug. Four machines do the work, each with its own state: the ``KernelDesk``, the
/// ``Reconciler``, the ``ClientDesk`` and the ``Recorder``. What one has to tell another goes through here.
package struct Daemon: Sendable {
    /// Entries looked at in one turn of the loop: some milliseconds.
    static let slice = 500

    let settings: Settings
    var context: Context
    var reconciler: Reconciler
    var clients: ClientDesk
    var startedAt: Instant?
    var lastServed = Service.clients
    /// When the shell is to call by the wall clock, as far as it has been told.
    var clockCall: ClockCall?
    /// In which forms the shell shows the kernel's messages, as far as it has been told.
    var shownForms: ShownMessage.Forms = []

    /// - Parameter start: the request id before the first; best one that nobody can tell beforehand.
    package init(settings: Settings, requestsAfter start: RequestID = RequestID(rawValue: 0)) {
        self.settings = settings
        context = Context(
            kernel: KernelDesk(
                settings.parserOptions.traits, movingTo: settings.parserOptions.richerTraits, requestsAfter: start))
        reconciler = Reconciler(settings: settings)
        clients = ClientDesk(settings: settings)
    }

    /// What the kernel has.
    package var mirror: Mirror { context.kernel.mirror }
    /// Lends what the kernel is likely to tell of as it is known, for as long as its messages are decoded.
    package mutating func lendKnown<Result>(_ body: (inout Mirror) -> Result) -> Result { body(&context.kernel.mirror) }
    /// What is the file's.
    package var ownership: Ownership { reconciler.ownership }
    /// What the file declares, as it was last applied.
    package var inForce: DesiredState { reconciler.inForce }
    /// Whether the kernel holds what the file declares, as far as is known.
    var isSettled: Bool { reconciler.isSettled }
    /// Whether a request is in flight.
    package var isWaitingForKernel: Bool { context.kernel.isWaiting }

    /// Handles one event; the only way in.
    package mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        context.out.begin(at: now)
        switch event {
        case .started(let state): start(state)
        case .kernel(let messages): heard(messages)
        case .unanswered(let id): context.kernel.answerIsLost(id, &context.out)
        case .unsent(let id, let count): context.kernel.notSent(id, count: count, &context.out)
        case .overrun: overrun()
        case .configuration(let configuration, let purpose): reconciler.read(configuration, for: purpose, &context)
        case .recorded(let complaint): reconciler.recorded(complaint, &context)
        case .portsOpened(let closed): reconciler.arrivalPortsOpened(except: closed, &context)
        case .moved(let failure): context.kernel.moved(failure: failure, &context.out)
        case .examined(let result): clients.examined(result, &context)
        case .measured(let result): clients.measured(result, isReconciling: !reconciler.isIdle, &context)
        case .devices(let devices): know(devices)
        case .devicesSettled: _ = context.kernel.read(again: .associations)
        case .turn: turnCame()
        case .connected(let client, let peer): clients.connected(client, peer)
        case .called(let client, let call): answer(call, of: client)
        case .drained(let client): clients.drained(client, &context)
        case .faulted(let client, let reason): clients.logFault(of: client, reason, &context.out)
        case .disconnected(let client): forget(client)
        case .noticed(let cause, let message): context.out.log(.warning, message, of: cause)
        case .reloadRequested: reconciler.hangUp(&context)
        case .stopRequested: stop()
        case .watchdog: context.kernel.watch()
        case .woken: wake()
        case .clockCalled: clockCalled()
        }
        follow()
        serve()
        context.kernel.moveIfIdle(&context.out)
        finish()
        return context.out.takeEffects()
    }
}
