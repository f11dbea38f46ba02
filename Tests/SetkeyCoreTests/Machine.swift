import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// The daemon's core on a simulated kernel, with the shell's part played here: synchronous, and without a clock.
struct Machine {
    static let root = ClientID(rawValue: 1)
    static let nobody = ClientID(rawValue: 2)
    private static let signature: UInt32 = 0x5e7b_1d01

    var daemon: Daemon
    var kernel: SimulatedKernel
    var codec: PFKeyCodec
    private(set) var socket: SimulatedKernel.SocketID
    private var foreign: ForeignProgram
    var seconds = 1_000_000
    private var nanoseconds: UInt64 = 0

    /// What the configuration file says when it is read next; `nil`: it does not exist.
    var file: String?
    /// How often it has been read, or is being read.
    private(set) var readings = 0
    /// Whether reading takes until ``finishReading()``.
    var isReadingSlow = false
    /// What its reading warns of.
    var fileWarnings: [String] = []
    private(set) var heldReadings: [ReadPurpose] = []
    /// How many readings nobody wanted any more.
    private(set) var abandonments = 0
    var replies: [(client: ClientID, reply: Reply, continues: Bool)] = []
    /// Whether clients take their replies at once; else a test posts ``Event/drained(_:)``.
    var areClientsReading = true
    var errors: [(client: ClientID, error: ControlError)] = []
    var told: [MonitorReply] = []
    var log: [LogEntry] = []
    /// How many more requests that change something reach the kernel before the daemon is killed; then nothing of it
    /// happens any more until ``restart()``.
    var requestLimit: Int?
    /// How often the SAD was dumped.
    private(set) var dumps = 0
    /// Requests that went to the kernel and change something.
    var writes: [KernelRequest] = []
    var isReady: Bool?
    /// What the service manager was told last.
    var status = ""
    var reloads = 0
    var lives = 0
    /// When the daemon wants to be woken, on the monotonic clock.
    private(set) var wakeAt: UInt64?
    /// What was to be opened for ESP in UDP, each time.
    private(set) var openPorts: [[UDPEndpoint]] = []
    /// What opening one fails with.
    var portErrors: [UDPEndpoint: KernelErrno] = [:]
    /// What was written down, and how many writes had gone to the kernel by then.
    var records: [(change: StateChange, writes: Int)] = []
    /// The state directory, as texts.
    var disk = Disk()
    /// What writing fails with.
    var diskFailure: String?
    /// Whether writing takes its time: until ``finishWriting()``.
    var isDiskSlow = false
    private var unwritten: [StateChange] = []
    /// Turns of the loop that were asked for and have come.
    private(set) var turns = 0
    /// The turn that was asked for; turns come when nothing else is left to do.
    private var isTurnDue = false

    /// The files of the state directory.
    struct Disk {
        var ownership: [UInt8] = []
        var former: [UInt8]?
        var confirmation: [UInt8]?

        mutating func write(_ change: StateChange, life: String) {
            switch change {
            case .append(let journal):
                if ownership.isEmpty { ownership = OwnershipJournal.head(life: life) }
                ownership += journal.text
            case .rewrite(let snapshot): ownership = OwnershipJournal.head(life: life) + snapshot.text
            case .keep(let state): former = state.text
            case .confirm(let record): confirmation = record.text
            case .forget: (former, confirmation) = (nil, nil)
            }
        }

        /// What a daemon finds that starts now.
        var restored: RestoredState {
            var state = RestoredState()
            var unreadable = 0
            var reader = OwnershipRecord.Reader()
            reader.take(ownership[...])
            state.ownership = reader.record
            unreadable += reader.unreadable
            if let former, let confirmation,
                let record = ConfirmationRecord(parsing: String(decoding: confirmation, as: UTF8.self))
            {
                state.confirmation = FormerState(
                    parsing: former, endedAt: record.endedAt, unreadable: &unreadable
                ).map { (record, $0) }
                #expect(state.confirmation != nil)
            }
            #expect(unreadable == 0)
            return state
        }
    }

    init(
        file: String? = nil, faults: FaultPlan = .none, receiveLimit: Int = 16 << 20, drift: DriftPolicy = .repair,
        protectsTraffic: Bool = false
    ) {
        daemon = Daemon(
            settings: Daemon.Settings(
                kernelInterface: "simulated", protectsTraffic: protectsTraffic, configurationPath: "test.conf",
                processID: 99, kernelLife: "life", drift: drift,
                parserOptions: ParserOptions(allowsInclude: false)))
        kernel = SimulatedKernel(startingAt: .init(seconds: UInt64(seconds)))
        kernel.faults = faults
        codec = PFKeyCodec(processID: 99, signature: Self.signature)
        socket = kernel.open()
        kernel.setReceiveLimit(receiveLimit, of: socket)
        foreign = ForeignProgram(on: &kernel)
        self.file = file
    }

    /// A machine that has started, with its two clients connected.
    static func started(
        file: String? = nil, faults: FaultPlan = .none, drift: DriftPolicy = .repair
    ) -> Machine {
        var machine = Machine(file: file, faults: faults, drift: drift)
        machine.start()
        return machine
    }

    /// Starts the daemon with what is on the disk, and connects its two clients.
    mutating func start() {
        post(.started(disk.restored))
        post(.connected(Self.root, Peer(uid: 0, gid: 0, pid: 500, access: .everything)))
        post(.connected(Self.nobody, Peer(uid: 65534, gid: 65534, pid: 501, access: .reading)))
    }

    /// Ends the daemon as SIGKILL does, and starts another on the same kernel and disk.
    ///
    /// - Parameter life: names the kernel's tables, if they are others.
    mutating func restart(life: String? = nil) {
        kernel.close(socket)
        socket = kernel.open()
        kernel.setReceiveLimit(16 << 20, of: socket)
        codec = PFKeyCodec(processID: 99, signature: Self.signature)
        var settings = daemon.settings
        settings.kernelLife = life ?? settings.kernelLife
        daemon = Daemon(settings: settings)
        isTurnDue = false
        isDiskSlow = false
        unwritten = []
        isReady = nil
        writes = []
        start()
    }

    /// Ends the daemon, and the kernel with all that it has.
    mutating func reboot() {
        kernel = SimulatedKernel(startingAt: .init(seconds: UInt64(seconds)))
        socket = kernel.open()
        foreign = ForeignProgram(on: &kernel)
    }

    private var now: Instant {
        Instant(
            seconds: seconds, microseconds: Int(nanoseconds / 1000),
            monotonic: UInt64(seconds) * 1_000_000_000 + nanoseconds)
    }

    // MARK: The shell's part

    /// Handles an event and everything that follows from it.
    mutating func post(_ event: Event) {
        handle(event)
        settle()
    }

    /// Handles an event, and leaves what follows from it to ``settle()``.
    mutating func queue(_ event: Event) { handle(event) }

    private mutating func handle(_ event: Event) {
        guard requestLimit != 0 else { return }
        for effect in daemon.handle(event, at: now) { perform(effect) }
    }

    private mutating func perform(_ effect: Effect) {
        guard requestLimit != 0 else { return }
        switch effect {
        case .request(let request, let id): send(request, id)
        case .reply(let client, let reply, let continues):
            replies.append((client, reply, continues))
            if continues, areClientsReading { handle(.drained(client)) }
        case .fail(let client, let error): errors.append((client, error))
        case .tell(_, let reply): told.append(reply)
        case .log(let entry): log.append(entry)
        case .readConfiguration(let purpose):
            readings += 1
            if isReadingSlow { heldReadings.append(purpose) } else { handle(.configuration(configuration, purpose)) }
        case .abandonReading:
            abandonments += 1
            heldReadings.removeAll { if case .plan = $0 { true } else { false } }
        case .ready(let status):
            isReady = isReady ?? true
            self.status = status
        case .startFailed(_, let status):
            isReady = false
            self.status = status
        case .status(let status): self.status = status
        case .reloading: reloads += 1
        case .alive: lives += 1
        case .record(let change): record(change)
        case .openPorts(let endpoints):
            openPorts.append(endpoints)
            handle(.portsOpened(except: endpoints.compactMap { end in portErrors[end].map { ClosedPort(end, $0) } }))
        case .nextTurn: isTurnDue = true
        case .discard(let garbage): garbage.free()
        case .wake(let moment): wakeAt = moment
        case .stop: break
        }
    }

    private mutating func record(_ change: StateChange) {
        guard !isDiskSlow else { return unwritten.append(change) }
        records.append((change, writes.count))
        if diskFailure == nil { disk.write(change, life: daemon.settings.kernelLife) }
        handle(.recorded(complaint: diskFailure))
    }

    /// What was to be written is on the disk now.
    mutating func finishWriting() {
        isDiskSlow = false
        for change in unwritten { record(change) }
        unwritten = []
        settle()
    }

    private mutating func send(_ request: KernelRequest, _ id: RequestID) {
        if case .dump = request { dumps += 1 }
        if request.isWrite {
            writes.append(request)
            requestLimit = requestLimit.map { $0 - 1 }
        }
        var bytes: [UInt8] = []
        let time = SimulatedKernel.Instant(seconds: UInt64(seconds))
        do throws(WireError) {
            try codec.encode(request, id: id, into: &bytes)
        } catch {
            return refuse(id, .invalidArgument)
        }
        if let errno = kernel.send(bytes, from: socket, at: time) { refuse(id, errno) }
    }

    private mutating func refuse(_ id: RequestID, _ errno: KernelErrno) {
        let origin = KernelEvent.Origin(request: id, processID: 0, sequence: id.rawValue)
        handle(.kernel(KernelEvent(origin: origin, content: .refused(errno))))
    }

    /// Reads the kernel until nothing is left, and nothing that follows either.
    mutating func settle() {
        repeat {
            while let datagram = kernel.receive(on: socket) {
                handle(.kernel(codec.decode(datagram.span)))
            }
            handle(.kernelDrained)
            guard requestLimit != 0 else { return }
            if isTurnDue, !daemon.isWaitingForKernel {
                isTurnDue = false
                turns += 1
                handle(.turn)
            }
        } while daemon.isWaitingForKernel || isTurnDue
    }

    private var configuration: Configuration {
        guard let file else { return .absent(path: "test.conf") }
        let source = SourceText(name: "test.conf", bytes: Array(file.utf8))
        var parser = Parser(source, options: ParserOptions(allowsInclude: false))
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        guard parser.errorCount + evaluation.errorCount == 0 else {
            return .invalid((parser.diagnostics + evaluation.diagnostics.map(\.diagnostic)).map { source.render($0) })
        }
        return .loaded(
            LoadedConfiguration(
                desired: evaluation.finish(), warnings: fileWarnings,
                locate: StatementLocator { origin in "test.conf:\(source.position(of: origin.range.lowerBound).line)" },
                fingerprint: Fingerprint(rawValue: UInt64(bitPattern: Int64(file.hashValue)))))
    }

    // MARK: What tests do

    /// What is being read has been read.
    mutating func finishReading() {
        let purposes = heldReadings
        heldReadings = []
        for purpose in purposes { post(.configuration(configuration, purpose)) }
    }

    /// Another program asks the kernel.
    mutating func foreignRequest(_ request: KernelRequest) {
        foreign.send(request, to: &kernel, at: .init(seconds: UInt64(seconds)))
    }

    /// Another program runs statements.
    mutating func foreignRun(_ text: String) {
        foreign.run(text, on: &kernel, at: .init(seconds: UInt64(seconds)))
    }

    /// Lets time pass in the kernel and for the daemon.
    mutating func pass(seconds passed: Int) {
        seconds += passed
        kernel.advance(to: .init(seconds: UInt64(seconds)))
        settle()
        post(.woken)
    }

    /// Lets time pass in steps of a quarter of a second, and the timer fire in time.
    mutating func pass(quarters: Int) {
        settle()
        for _ in 0..<quarters {
            nanoseconds += 250_000_000
            if nanoseconds == 1_000_000_000 {
                nanoseconds = 0
                seconds += 1
                kernel.advance(to: .init(seconds: UInt64(seconds)))
                settle()
            }
            if let moment = wakeAt, moment <= now.monotonic { post(.woken) }
        }
    }

    /// A client runs setkey text; returns its last reply.
    @discardableResult
    mutating func execute(_ text: String, atomic: Bool = false, by client: ClientID = Machine.root) -> ExecuteReply? {
        var parameters = ExecuteParameters(text: WireText(text))
        parameters.atomic = atomic
        replies = []
        post(.called(client, .execute(parameters)))
        guard case .execute(let reply) = replies.last?.reply else { return nil }
        return reply
    }

    /// As ``execute(_:atomic:by:)``, for a run that must have a reply.
    mutating func run(_ text: String, atomic: Bool = false) throws -> ExecuteReply {
        guard let reply = execute(text, atomic: atomic) else { throw NoReply() }
        return reply
    }

    struct NoReply: Error {}

    /// What a member is told of the state of things.
    mutating func askStatus() throws -> StatusReply {
        post(.called(Machine.nobody, .status))
        guard case .status(let status) = replies.last?.reply else { throw NoReply() }
        return status
    }

    /// What a third socket is told by dumps: the truth that the mirror must equal.
    mutating func truth() -> KernelContents {
        KernelContents(of: &kernel, at: .init(seconds: UInt64(seconds)))
    }

    /// A plan from what the mirror has to what is in force.
    var plan: Plan {
        Plan(from: daemon.mirror, to: daemon.inForce, ownership: daemon.ownership)
    }

    /// What the file in force declares.
    var declared: OwnedIdentities {
        var identities = OwnedIdentities()
        identities.associations = Set(daemon.inForce.associations.map(\.entry.identity))
        identities.policies = Set(daemon.inForce.policies.map(\.entry.identity))
        return identities
    }

    /// The truth without counters, comparable with another one.
    var contents: KernelContents {
        mutating get { truth().declared }
    }

    /// Time has passed in the kernel, and what it said meanwhile is lost.
    mutating func loseMessages() {
        kernel.advance(to: .init(seconds: UInt64(seconds)))
        while kernel.receive(on: socket) != nil {}
    }

    /// The mirror's content.
    var mirrored: (associations: Set<SecurityAssociation>, policies: Set<SecurityPolicy>) {
        var associations: Set<SecurityAssociation> = []
        var policies: Set<SecurityPolicy> = []
        daemon.mirror.associations.forEach { associations.insert($0) }
        daemon.mirror.policies.forEach { policies.insert($0) }
        return (associations, policies)
    }
}
