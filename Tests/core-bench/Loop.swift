import ControlProtocol
import Glibc
import IPsec
import KernelBackends
import SetkeyCore
import SetkeySyntax

/// The daemon's core on a simulated kernel, and the time of the processor that each event takes: whatever the daemon
/// does, nothing else is served meanwhile.
struct WatchedLoop {
    static let root = ClientID(rawValue: 1)

    static let monitor = ClientID(rawValue: 2)

    /// The longest turn of the loop so far.
    struct Longest {
        var milliseconds = 0.0
        var event = ""
    }

    private var daemon: Daemon
    private var link: SimulatedLink
    private var translation = KernelTranslation(PFKeyCodec(processID: 1))
    private let foreignSocket: SimulatedKernel.SocketID
    private var foreignCodec = PFKeyCodec(processID: 4711)
    private var isTurnDue = false
    private var exchange = Exchange(awaiting: PFKeyAwaitedAnswer.self)
    /// Clients that have read what was sent to them.
    private var drained: [ClientID] = []
    private var ownershipFile: [UInt8] = []

    /// What the file declares when it is read next, and which version of it that is.
    var file = (desired: DesiredState.empty, version: UInt64(0))
    /// The method whose replies become frames, and are read again; `nil` for none.
    var frames: Method?
    private(set) var longest = Longest()
    private(set) var turns = 0
    /// Milliseconds of the processor that all turns have taken.
    private(set) var total = 0.0

    init() {
        link = SimulatedLink(startingAt: 1_000_000)
        foreignSocket = link.kernel.open()
        daemon = Self.daemon()
    }

    private static func daemon() -> Daemon {
        Daemon(
            settings: Daemon.Settings(
                configurationPath: "file", processID: 1, kernelLife: "life", drift: .repair,
                parserOptions: ParserOptions(traits: .pfKey.ofSimulatedKernel, allowsInclude: false)))
    }

    /// Begins to measure anew.
    mutating func reset() {
        longest = Longest()
        turns = 0
        total = 0
    }

    // MARK: What happens

    /// Starts a daemon with what the last one has left written down.
    mutating func start(remembering: Bool = true) {
        while link.kernel.receive(on: link.socket) != nil {}
        daemon = Self.daemon()
        var state = RestoredState()
        if remembering {
            var reader = OwnershipRecord.Reader()
            reader.take(ownershipFile[...])
            state.ownership = reader.record
        } else {
            ownershipFile = []
        }
        post(.started(state))
        for client in [Self.root, Self.monitor] {
            post(.connected(client, Peer(uid: 0, gid: 0, pid: 2, access: .everything)))
        }
    }

    mutating func post(_ event: Event) {
        handle(event)
        settle()
    }

    /// Another program asks the kernel; the daemon has not been told yet.
    mutating func foreignUnseen(_ request: KernelRequest) {
        var bytes: [UInt8] = []
        guard (try? foreignCodec.encode(request, id: RequestID(rawValue: 1), into: &bytes)) != nil else { return }
        _ = link.kernel.send(bytes, from: foreignSocket, at: .init(seconds: UInt64(link.seconds)))
        while link.kernel.receive(on: foreignSocket) != nil {}
    }

    /// Another program asks the kernel, and the daemon is told.
    mutating func foreign(_ request: KernelRequest) {
        foreignUnseen(request)
        settle()
    }

    /// What the kernel has told the daemon is lost.
    mutating func overrun() {
        while link.kernel.receive(on: link.socket) != nil {}
        post(.overrun)
    }

    /// A client runs statements, in parts as `setkey` sends them.
    mutating func run(_ statements: [String], atomic: Bool = false) {
        let perPart = 2000
        run(
            parts: stride(from: 0, to: statements.count, by: perPart).map { begin in
                Array(statements[begin..<min(begin + perPart, statements.count)].joined(separator: "\n").utf8)[...]
            }, atomic: atomic)
    }

    /// A client runs statements.
    mutating func run(parts: [ArraySlice<UInt8>], atomic: Bool = false) {
        for (number, part) in parts.enumerated() {
            var parameters = ExecuteParameters(text: WireText(Array(part)))
            parameters.atomic = atomic
            parameters.unfinished = number + 1 < parts.count
            post(.called(Self.root, .execute(parameters)))
        }
    }

    /// Lets time pass, and the timer fire.
    mutating func pass(seconds passed: Int) {
        link.seconds += passed
        link.kernel.advance(to: .init(seconds: UInt64(link.seconds)))
        settle()
        post(.woken)
    }

    /// The moment comes at which something begins, and a while after it.
    mutating func passBoundary() {
        link.seconds = max(link.seconds, laterMoment)
        post(.clockCalled)
    }

    // MARK: The shell's part

    private mutating func handle(_ event: Event) {
        let now = Instant(seconds: link.seconds, microseconds: 0, monotonic: UInt64(link.seconds) * 1_000_000_000)
        turns += 1
        let begin = Self.processorTime()
        let effects = daemon.handle(event, at: now)
        let taken = Self.processorTime() - begin
        total += taken
        if taken > longest.milliseconds {
            longest = Longest(milliseconds: taken, event: Self.name(of: event))
        }
        for effect in effects { perform(effect) }
    }

    private static func name(of event: Event) -> String {
        Swift.Mirror(reflecting: event).children.first?.label ?? "\(event)"
    }

    /// Milliseconds of the processor that this thread has taken.
    static func processorTime() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }

    private mutating func perform(_ effect: Effect) {
        switch effect {
        case .burst(let burst): ask(burst)
        case .reply(let client, let reply, let continues):
            if let frames, frames != .monitor { pass(reply, continues: continues, to: frames) }
            if continues { drained.append(client) }
        case .tell(_, let reply):
            if frames == .monitor { pass(.monitor(reply), continues: true, to: .monitor) }
        case .readConfiguration(let purpose):
            let loaded = LoadedConfiguration(
                desired: file.desired, warnings: [], locate: StatementLocator { _ in "file:1" },
                fingerprint: Fingerprint(rawValue: file.version))
            handle(.configuration(.loaded(loaded), purpose))
        case .record(let change): record(change)
        case .openPorts: handle(.portsOpened(except: []))
        case .nextTurn: isTurnDue = true
        case .discard(let garbage): garbage.free()
        default: break
        }
    }

    /// What the shell and the client do with a reply to a call of `method`.
    private func pass(_ reply: Reply, continues: Bool, to method: Method) {
        var frame: [UInt8] = []
        guard (try? reply.appendFrame(continues: continues, to: &frame)) != nil, frame.popLast() == 0,
            (try? IncomingReply(frame: frame, to: method)) != nil
        else { preconditionFailure("a reply that does not travel") }
    }

    private mutating func record(_ change: StateChange) {
        switch change {
        case .append(let entries):
            if ownershipFile.isEmpty { ownershipFile = OwnershipAddition.head(life: "life") }
            ownershipFile += entries.text
        case .rewrite(let snapshot): ownershipFile = OwnershipAddition.head(life: "life") + snapshot.text
        default: break
        }
        handle(.recorded(complaint: nil))
    }

    private mutating func ask(_ requests: RequestBurst) {
        exchange.submit(
            translation.burst(
                requests.requests, from: requests.firstID, stopsAtRefusal: requests.stopsAtRefusal))
    }

    /// What happens next between the daemon and the kernel; `nil` if nothing does.
    private mutating func nextOfKernel() -> Event? {
        var datagram: [UInt8] = []
        let step = exchange.next(on: &link, into: &datagram)
        return Event(translation.news(of: step, in: datagram))
    }

    private mutating func settle() {
        repeat {
            while let event = nextOfKernel() { handle(event) }
            let clients = drained
            drained = []
            for client in clients { handle(.drained(client)) }
            if isTurnDue, !daemon.isWaitingForKernel {
                isTurnDue = false
                handle(.turn)
            }
        } while daemon.isWaitingForKernel || isTurnDue || !drained.isEmpty
    }
}
