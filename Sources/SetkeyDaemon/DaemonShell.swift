import ControlProtocol
import Dispatch
import Glibc
import IPsec
import KernelBackends
import SetkeyCore
import SetkeySyntax
import Synchronization
import TextBytes

/// The imperative shell: it reads clocks, sockets and files, turns what happens into events of the ``Daemon``, and
/// does what the effects say. ``perform(_:)`` is the only switch over them.
final class DaemonShell {
    /// How long the kernel may hold the loop before clients, signals and timers get their turn.
    private static let budget: UInt64 = 2_000_000

    private var daemon: Daemon
    private var kernel: KernelSocket
    private var devices: (any DeviceSource)?
    /// The richer interface of the kernel, as long as the daemon has not moved to it.
    private var richerKernel: OpenKernel.Richer?
    /// The forms that are made of each message of the kernel.
    private var shownForms: ShownMessage.Forms = []
    private let server: ControlServer
    private var configuration: ConfigurationFile
    /// What the last reading of it has kept for the next.
    private var formerReading = FormerReading()
    private let state: StateDirectory
    /// The reading for a plan that was begun last.
    private var planReading: ReadingWish?
    /// Held as long as the process lives.
    private let stateLock: FileDescriptor
    /// Reads the configuration.
    private let reader = WorkerThread()
    /// Judges the kernel's entries for those who ask, and waits for it.
    let examiner = WorkerThread()
    /// Writes down what is to be written down, in order.
    private let writer = WorkerThread()
    private let encapsulation = EncapsulationSockets()
    private let log = Log()
    private let signals: Signals
    private var timer: MainQueueTimer?
    private var watchdog: MainQueueTimer?
    private let clock: ClockAlarm

    /// Events that wait until the one being handled is done; effects of one must not overtake those of another.
    private var pending: [Event] = []
    private var isHandling = false
    private var isPumping = false
    private var pumpsNextTurn = false
    private var now = Instant.now

    init(
        settings: Daemon.Settings, kernel: OpenKernel, configuration: ConfigurationFile,
        state: StateDirectory, lock: FileDescriptor, sockets: [ListeningSocket]
    ) throws(KernelErrno) {
        signals = try Signals()
        clock = try ClockAlarm()
        // As with the signature in our messages, no other process can tell the numbers beforehand.
        daemon = Daemon(settings: settings, requestsAfter: RequestID(rawValue: .random(in: 1...UInt32.max)))
        self.kernel = KernelSocket(kernel)
        devices = kernel.devices
        richerKernel = kernel.richer
        self.configuration = configuration
        self.state = state
        stateLock = lock
        server = ControlServer(version: Version.current)
        server.delegate = self
        for socket in sockets { server.listen(on: socket) }
    }

    /// Begins; everything else happens on the main queue.
    func start() {
        watchSignals()
        timer = MainQueueTimer { [weak self] in self?.post(.woken) }
        clock.activate { [weak self] in self?.post(.clockCalled) }
        if let interval = ServiceManager.watchdogInterval {
            watchdog = MainQueueTimer { [weak self] in self?.post(.watchdog) }
            watchdog?.schedule(every: .microseconds(Int64(clamping: interval / 2)))
        }
        let (restored, complaints) = state.load()
        for complaint in complaints { log.append(LogEntry(.warning, complaint)) }
        listen()
        post(.started(restored))
        pump()
    }

    /// Hears the kernel.
    private func listen() {
        kernel.activate { [weak self] in self?.pump() }
        learnDevices()
        devices?.activate { [weak self] in self?.learnDevices() }
    }

    /// Speaks to the kernel by its richer interface from now on. That hears events before the other one is closed; what it
    /// was told before is asked for.
    private func moveToRicherInterface() {
        guard let richer = richerKernel else { return }
        let opened: OpenKernel
        do {
            opened = try richer.open()
        } catch {
            let failure = "cannot move to \(richer.traits.name) for a text, the kernel's SAs or --save: \(error)"
            return post(.moved(failure: failure))
        }
        kernel.close()
        kernel = KernelSocket(opened)
        devices = opened.devices
        richerKernel = nil
        (configuration.traits, configuration.richerTraits) = (opened.traits, nil)
        listen()
        post(.moved(failure: nil))
    }

    /// Policies name devices, and the kernel's messages their numbers.
    private func learnDevices() {
        guard let devices = devices?.devices else { return }
        kernel.know(devices)
        post(.devices(devices))
    }

    private func watchSignals() {
        signals.reload.activate { [weak self] in self?.post(.reloadRequested) }
        for signal in signals.stop { signal.activate { [weak self] in self?.post(.stopRequested) } }
    }

    // MARK: Events and effects

    /// Hands an event to the daemon, after those that wait, and does what follows.
    func post(_ event: Event) {
        guard !isHandling else { return pending.append(event) }
        isHandling = true
        if !isPumping { now = .now }
        // Nothing waits while nothing is being handled: most events never see the queue.
        handle(event)
        var next = 0
        while next < pending.count {
            let event = pending[next]
            next += 1
            handle(event)
        }
        if next > 0 { pending.removeAll(keepingCapacity: true) }
        isHandling = false
        if !isPumping { log.flush() }
    }

    private func handle(_ event: Event) {
        for effect in daemon.handle(event, at: now) { perform(effect) }
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .burst(let burst): ask(burst)
        case .reply(let client, let reply, let continues): answer(client, reply, continues: continues)
        case .fail(let client, let error): server.fail(client, with: error)
        case .tell(let clients, let reply): server.reply(.monitor(reply), toAll: clients)
        case .show(let forms): shownForms = forms
        case .log(let entry): log.append(entry)
        case .settleDevices: settleDevices()
        case .moveToRicherInterface: moveToRicherInterface()
        case .readConfiguration(let purpose): readConfiguration(for: purpose)
        case .abandonReading: planReading?.isAbandoned.store(true, ordering: .relaxed)
        case .record(let change): record(change)
        case .openPorts(let endpoints): post(.portsOpened(except: encapsulation.open(endpoints)))
        case .discard(let garbage): reader.run { garbage.freeAndGiveBack() }
        case .examine(let examination): examine(examination)
        case .measure(let measurement): measure(measurement)
        case .nextTurn: onNextTurn { [weak self] in self?.post(.turn) }
        case .wake(let moment): wake(at: moment)
        case .callByClock(let call): clock.set(call)
        case .ready(let status): ServiceManager.ready(status: status)
        case .startFailed(let errno, let status): fail(errno, status)
        case .reloading: ServiceManager.reloading()
        case .status(let status): ServiceManager.status(status)
        case .alive: ServiceManager.alive()
        case .stop: stop()
        }
    }

    private func answer(_ client: ClientID, _ reply: Reply, continues: Bool) {
        server.reply(reply, to: client, continues: continues)
        guard continues, server.queuedBytes(client) < server.limits.lowWaterBytes else { return }
        onNextTurn { [weak self] in self?.post(.drained(client)) }
    }

    private func readConfiguration(for purpose: ReadPurpose) {
        let file = configuration
        let former = formerReading
        let wish = ReadingWish()
        if case .plan = purpose { planReading = wish }
        reader.run {
            var reading = former
            let configuration = file.read(reusing: &reading) { !wish.isAbandoned.load(ordering: .relaxed) }
            let kept = reading
            onNextTurn { [weak self] in
                guard !wish.isAbandoned.load(ordering: .relaxed) else { return }
                self?.formerReading = kept
                self?.post(.configuration(configuration, purpose))
            }
        }
    }

    private func record(_ change: StateChange) {
        let state = state
        writer.run {
            let complaint = state.write(change)
            onNextTurn { [weak self] in self?.post(.recorded(complaint: complaint)) }
        }
    }

    private func wake(at moment: UInt64?) {
        guard let moment else { return timer?.unset() ?? () }
        let wait = moment > now.monotonic ? moment - now.monotonic : 0
        timer?.schedule(after: .nanoseconds(Int64(clamping: wait)))
    }

    /// The start has not led to what the file declares: whoever started us must see it fail.
    private func fail(_ errno: KernelErrno, _ status: String) {
        ServiceManager.failed(errno: errno.rawValue, status: status)
        log.append(LogEntry(.error, "cannot start: \(status)"))
        end(EXIT_FAILURE)
    }

    private func stop() {
        ServiceManager.stopping()
        end(EXIT_SUCCESS)
    }

    private func end(_ status: Int32) {
        server.stop()
        if !writer.finish(within: .seconds(10)) {
            log.append(
                LogEntry(
                    .error,
                    "the state directory \(state.path) has not taken what is to be remembered within 10 s; exiting "
                        + "without it: the next start may not know what this file declared"))
        }
        kernel.close()
        devices?.close()
        log.finish()
        exit(status)
    }

    // MARK: The kernel

    private func ask(_ burst: RequestBurst) {
        kernel.ask(burst)
        // An exchange that has no thread of its own is worked by the pump.
        if !isPumping { pumpNextTurn() }
    }

    /// Reads what the kernel has to say, and what it answers to what follows from it, until nothing is left or the
    /// budget is spent.
    private func pump() {
        guard !isPumping else { return }
        isPumping = true
        now = .now
        let deadline = now.monotonic &+ Self.budget
        while pumpOne() {
            now = .now
            if now.monotonic > deadline {
                pumpNextTurn()
                break
            }
        }
        isPumping = false
        log.flush()
    }

    /// Handles the next things that the kernel has to say; false when there are none.
    private func pumpOne() -> Bool {
        let forms = shownForms
        let input = daemon.lendKnown { kernel.read(showing: forms, knowing: &$0) }
        switch input {
        case .event(let event):
            post(event)
            return true
        case .failed(let errno):
            // What has been received behind it is there to be read, and nobody would say so again.
            post(.noticed(.failedReception, "reading from the kernel failed: \(errno)"))
            return true
        case .nothing: return false
        }
    }

    private func pumpNextTurn() {
        guard !pumpsNextTurn else { return }
        pumpsNextTurn = true
        onNextTurn { [weak self] in
            self?.pumpsNextTurn = false
            self?.pump()
        }
    }
}
