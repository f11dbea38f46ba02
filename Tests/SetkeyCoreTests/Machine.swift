import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport

@testable import SetkeyCore

/// The daemon's core on a simulated kernel, with the shell's part played here: synchronous, and without a clock.
struct Machine {
    static let root = ClientID(rawValue: 1)
    static let nobody = ClientID(rawValue: 2)

    /// By which door of the kernel the daemon comes.
    var door: Door
    /// By which it comes when a text needs that.
    var richerDoor: Door?
    /// Why that cannot be opened.
    var richerFailure: String?
    var daemon: Daemon
    var kernel: SimulatedKernel
    var translation: KernelTranslation
    /// The daemon's sockets.
    var sockets: any SimulatedDoor
    /// What is received into; never two messages at once.
    var incoming = [UInt8](repeating: 0, count: 1 << 16)
    var foreign: ForeignProgram
    /// Whether the kernel seems to tell keys though it is locked down.
    var isLockdownUnseen = false
    var seconds = 1_000_000
    var nanoseconds: UInt64 = 0

    /// What the configuration file says when it is read next; `nil`: it does not exist.
    var file: String?
    /// When it was written.
    var fileWrittenAt = 0
    /// What its last reading has left for the next one.
    var formerReading = FormerReading()
    /// How often it has been read, or is being read.
    var readings = 0
    /// Whether reading takes until ``finishReading()``.
    var isReadingSlow = false
    /// What its reading warns of.
    var fileWarnings: [String] = []
    var heldReadings: [ReadPurpose] = []
    /// How many readings nobody wanted any more.
    var abandonments = 0
    var replies: [(client: ClientID, reply: Reply, continues: Bool)] = []
    /// Whether clients take their replies at once; else a test posts ``Event/drained(_:)``.
    var areClientsReading = true
    var errors: [(client: ClientID, error: ControlError)] = []
    var told: [MonitorReply] = []
    /// The forms that are to be made of the kernel's messages.
    var shownForms: ShownMessage.Forms = []
    var log: [LogEntry] = []
    /// How many more requests that change something reach the kernel before the daemon is killed; then nothing of it
    /// happens any more until ``restart()``.
    var requestLimit: Int?
    /// How often the SAD was dumped.
    var dumps = 0
    /// How often a policy was asked for.
    var policyReadings = 0
    /// Requests that went to the kernel and change something.
    var writes: [KernelRequest] = []
    var isReady: Bool?
    /// What the service manager was told last.
    var status = ""
    var reloads = 0
    var lives = 0
    /// When the daemon wants to be woken, on the monotonic clock.
    var wakeAt: UInt64?
    /// When it wants to be called by the wall clock.
    var clockCall: ClockCall?
    /// By how many seconds the wall clock is wrong.
    var clockError = 0
    /// What was to be opened for ESP in UDP, each time.
    var openPorts: [[UDPEndpoint]] = []
    /// What opening one fails with.
    var portErrors: [UDPEndpoint: KernelErrno] = [:]
    /// What was written down, and how many writes had gone to the kernel by then.
    var records: [(change: StateChange, writes: Int)] = []
    /// The state directory.
    var disk: Disk
    /// What writing fails with.
    var diskFailure: String? {
        get { disk.failure }
        set { disk.failure = newValue }
    }
    /// Whether writing takes its time: until ``finishWriting()``.
    var isDiskSlow = false
    var unwritten: [StateChange] = []
    /// What the machine says of itself.
    var report = MachineReport()
    /// Turns of the loop that were asked for and have come.
    var turns = 0
    /// The turn that was asked for; turns come when nothing else is left to do.
    var isTurnDue = false
    /// Whether the time for which SAs linger passes by itself.
    var isLingeringShort = true
    var exchange: Exchange
    /// Requests that wait for their turn in it.
    var asked: [RequestID: KernelRequest] = [:]

    init(
        on door: Door = .pfKey, movingTo richerDoor: Door? = nil, file: String? = nil, faults: FaultPlan = .none,
        receiveLimit: Int = 16 << 20, drift: DriftPolicy = .repair, protectsTraffic: Bool = false,
        trustsClock: Bool = false
    ) {
        (self.door, self.richerDoor) = (door, richerDoor)
        translation = door.translation()
        exchange = door.exchange
        disk = Disk(life: "life", traits: door.traits, richer: richerDoor?.traits)
        let traits = protectsTraffic ? door.traits : door.traits.ofSimulatedKernel
        var options = ParserOptions(traits: traits, allowsInclude: false)
        options.richerTraits = richerDoor?.traits.ofSimulatedKernel
        options.allowsValidity = false
        var settings = Daemon.Settings(
            configurationPath: Self.path, processID: 99, kernelLife: "life", drift: drift, parserOptions: options)
        settings.trustsClock = trustsClock
        daemon = Daemon(settings: settings)
        kernel = SimulatedKernel(startingAt: .init(seconds: UInt64(seconds)))
        kernel.faults = faults
        sockets = door.open(&kernel, receiveLimit: receiveLimit)
        foreign = ForeignProgram(on: &kernel)
        self.file = file
    }

    /// A machine that has started, with its two clients connected.
    static func started(
        on door: Door = .pfKey, movingTo richerDoor: Door? = nil, file: String? = nil, faults: FaultPlan = .none,
        drift: DriftPolicy = .repair
    ) -> Machine {
        var machine = Machine(on: door, movingTo: richerDoor, file: file, faults: faults, drift: drift)
        machine.start()
        return machine
    }

    /// Starts the daemon with what is on the disk, and connects its two clients.
    mutating func start() {
        post(.started(disk.load()))
        post(.connected(Self.root, Peer(uid: 0, gid: 0, pid: 500, access: .everything)))
        post(.connected(Self.nobody, Peer(uid: 65534, gid: 65534, pid: 501, access: .reading)))
    }

    /// Ends the daemon as SIGKILL does, and starts another on the same kernel and disk.
    ///
    /// - Parameter life: names the kernel's tables, if they are others.
    mutating func restart(life: String? = nil) {
        come(by: door)
        var settings = daemon.settings
        settings.kernelLife = life ?? settings.kernelLife
        disk.life = settings.kernelLife
        daemon = Daemon(settings: settings)
        isTurnDue = false
        isDiskSlow = false
        unwritten = []
        isReady = nil
        shownForms = []
        clockCall = nil
        writes = []
        start()
    }

    /// Closes the daemon's sockets, and opens others.
    private mutating func come(by door: Door) {
        sockets.close(in: &kernel)
        sockets = door.open(&kernel, receiveLimit: 16 << 20)
        translation = door.translation(tellsKeys: !kernel.isLockedDown || isLockdownUnseen)
        exchange = door.exchange
        asked = [:]
    }

    /// Moves the daemon to its richer interface, as the shell does.
    ///
    /// - Returns: what has come of it.
    mutating func moveToRicherInterface() -> Event {
        guard let richer = richerDoor, richerFailure == nil else { return .moved(failure: richerFailure) }
        door = richer
        richerDoor = nil
        come(by: richer)
        return .moved(failure: nil)
    }

    /// Ends the daemon, and the kernel with all that it has.
    mutating func reboot() {
        kernel = SimulatedKernel(startingAt: .init(seconds: UInt64(seconds)))
        sockets = door.open(&kernel, receiveLimit: SimulatedKernel.defaultReceiveLimit)
        foreign = ForeignProgram(on: &kernel)
    }

    var now: Instant {
        Instant(
            seconds: seconds + clockError, microseconds: Int(nanoseconds / 1000),
            monotonic: UInt64(seconds) * 1_000_000_000 + nanoseconds)
    }
}
