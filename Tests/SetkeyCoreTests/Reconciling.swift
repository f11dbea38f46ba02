import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport

@testable import SetkeyCore

/// The reconciler alone, with a desk, a recorder and an outbox, beside a kernel of a few lines that has SAs and nothing
/// else. Daemon, clients, codec and shell have no part in it.
struct Reconciling {
    static let (first, second) = (ClientID(rawValue: 1), ClientID(rawValue: 2))
    private static let settings = Daemon.Settings(
        configurationPath: "test.conf", processID: 99, kernelLife: "life", drift: .repair,
        parserOptions: ParserOptions(traits: .pfKey.ofSimulatedKernel, allowsInclude: false))

    var context = Context(kernel: KernelDesk(.pfKey.ofSimulatedKernel, requestsAfter: RequestID(rawValue: 0)))
    var reconciler = Reconciler(settings: settings)
    /// A desk at which nobody is.
    private let clients = ClientDesk(settings: settings)
    private(set) var seconds = 1000
    /// Nanoseconds for which SAs have lingered, which pass by themselves.
    private var lingered: UInt64 = 0
    private var now: Instant {
        Instant(seconds: seconds, microseconds: 0, monotonic: UInt64(seconds) * 1_000_000_000 + lingered)
    }

    /// The SPIs that the file declares; `nil`: it has an error.
    var file: [UInt32]? = []
    /// Whether reading it takes until ``finishReading()``.
    var isReadingSlow = false
    private var heldReadings: [ReadPurpose] = []
    /// Whether the kernel answers nothing until ``finishAsking()``.
    var isKernelSlow = false
    private var heldBursts: [RequestBurst] = []
    /// What the kernel has.
    private(set) var kernel: [SAIdentity: SecurityAssociation] = [:]
    /// SPIs that it refuses.
    var refused: Set<UInt32> = []
    /// Why it cannot be read.
    var dumpFailure: KernelErrno?
    /// What writing down fails with.
    var diskFailure: String?
    /// What came of it: `read`, `replied 1`, `failed 1`, `ready`, `start failed`, `wrote keep`.
    var news: [String] = []
    var log: [String] = []
    private var isTurnDue = false

    /// What the kernel has, by SPI.
    var spis: [UInt32] { kernel.keys.map(\.spi.rawValue).sorted() }
    var declared: [UInt32] { reconciler.inForce.associations.map(\.entry.identity.spi.rawValue).sorted() }

    // MARK: What happens

    /// Something happens to the reconciler, and all that follows from it.
    mutating func happen(_ change: (inout Reconciler, inout Context) -> Void) {
        context.out.begin(at: now)
        change(&reconciler, &context)
        settle()
    }

    mutating func start(_ state: RestoredState = RestoredState()) { happen { $0.start(state, &$1) } }

    mutating func reload(for client: ClientID? = first, confirm seconds: Int? = nil) {
        happen { $0.requestReload(for: client, confirmSeconds: seconds, &$1) }
    }

    mutating func finishReading() {
        isReadingSlow = false
        let readings = heldReadings
        heldReadings = []
        for purpose in readings { read(for: purpose) }
        settle()
    }

    mutating func finishAsking() {
        isKernelSlow = false
        let bursts = heldBursts
        heldBursts = []
        for burst in bursts { answer(burst) }
        settle()
    }

    /// Time passes, and what is due happens.
    mutating func pass(_ passed: Int) {
        seconds += passed
        happen { $0.wake(&$1) }
    }

    /// Another program deletes an SA.
    mutating func lose(_ spi: UInt32) {
        guard let association = kernel.removeValue(forKey: Self.association(spi).identity) else { return }
        let origin = KernelEvent.Origin(request: nil, processID: 7, sequence: 0)
        hear(KernelEvent(origin: origin, content: .association(.deleted, association)))
        settle()
    }

    static func association(_ spi: UInt32) -> SecurityAssociation {
        declared([spi]).associations[0].entry
    }

    private static func declared(_ spis: [UInt32]) -> DesiredState {
        let text = spis.map { "add 1.1.1.1 2.2.2.2 esp \($0) -E null ;" }.joined()
        var evaluation = DesiredState.Evaluation()
        for statement in ForeignProgram.statements(text) {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        return evaluation.finish()
    }

    // MARK: What follows

    private mutating func settle() {
        repeat {
            tellDevelopments()
            askKernel()
            let effects = context.out.takeEffects()
            for effect in effects { perform(effect) }
            if !effects.isEmpty { continue }
            guard isTurnDue else {
                guard passLingering() else { return }
                continue
            }
            isTurnDue = false
            context.out.turnCame()
            context.kernel.turnCame(&context.out)
            reconciler.turnCame(&context)
        } while true
    }

    /// When nothing else is left, the time passes for which SAs linger; `false` if none do.
    private mutating func passLingering() -> Bool {
        guard let end = reconciler.transition?.application?.deadline(at: now.monotonic) else { return false }
        lingered += end - now.monotonic
        context.out.begin(at: now)
        return true
    }

    private mutating func tellDevelopments() {
        while let development = context.kernel.nextDevelopment() {
            if case .ended(let flight, let outcome, let former) = development {
                reconciler.ended(flight.item, outcome, former: former, &context)
            } else {
                reconciler.learn(development, &context)
            }
        }
    }

    private mutating func askKernel() {
        guard context.kernel.hasRoom else { return }
        if !context.kernel.isWaiting, let (request, requester) = context.kernel.nextDump(context.out) {
            context.kernel.ask([RequestRun.Item(request)], for: requester, &context.out)
        } else if let (items, manner) = reconciler.nextRequests(&context) {
            context.kernel.ask(items, for: .application, manner: manner, &context.out)
        }
    }

    private mutating func perform(_ effect: Effect) {
        switch effect {
        case .burst(let burst): if isKernelSlow { heldBursts.append(burst) } else { answer(burst) }
        case .readConfiguration(let purpose):
            news.append("read")
            if isReadingSlow { heldReadings.append(purpose) } else { read(for: purpose) }
        case .record(let change):
            switch change {
            case .keep: news.append("wrote keep")
            case .confirm(let record): news.append("wrote \(record.status)")
            case .forget: news.append("wrote forget")
            case .turnOff: news.append("wrote off")
            case .turnOn: news.append("wrote on")
            case .append, .rewrite: break
            }
            reconciler.recorded(diskFailure, &context)
        case .reply(let client, _, _): news.append("replied \(client.rawValue)")
        case .fail(let client, _): news.append("failed \(client.rawValue)")
        case .ready: news.append("ready")
        case .startFailed: news.append("start failed")
        case .log(let entry): log.append(entry.message)
        case .nextTurn: isTurnDue = true
        default: break
        }
    }

    private mutating func read(for purpose: ReadPurpose) {
        let configuration: Configuration =
            file.map { spis in
                .loaded(
                    LoadedConfiguration(
                        desired: Self.declared(spis), warnings: [], locate: StatementLocator { _ in "test.conf:1" },
                        fingerprint: Fingerprint(rawValue: UInt64(spis.reduce(1) { $0 &* 31 &+ $1 }))))
            } ?? .invalid(["test.conf:1: wrong"])
        reconciler.read(configuration, for: purpose, &context)
    }

    // MARK: The kernel

    private mutating func answer(_ burst: RequestBurst) {
        var id = burst.firstID
        for (number, request) in burst.requests.enumerated() {
            for content in answers(to: request) {
                hear(KernelEvent(origin: .init(request: id, processID: 99, sequence: id.rawValue), content: content))
                guard burst.stopsAtRefusal, case .refused = content else { continue }
                return context.kernel.notSent(id.next, count: burst.requests.count - number - 1, &context.out)
            }
            id = id.next
        }
    }

    private mutating func answers(to request: KernelRequest) -> [KernelEvent.Content] {
        switch request {
        case .dump:
            if let dumpFailure { return [.refused(dumpFailure)] }
            let all = Array(kernel.values)
            return all.isEmpty
                ? [.refused(.noEntry)] : all.indices.map { .dumped(all[$0], isLast: $0 == all.count - 1) }
        case .dumpPolicies: return [.refused(dumpFailure ?? .noEntry)]
        case .add(let association):
            guard !refused.contains(association.identity.spi.rawValue) else { return [.refused(.outOfMemory)] }
            kernel[association.identity] = association
            return [.association(.added, association)]
        case .delete(let reference):
            guard let association = kernel.removeValue(forKey: reference.identity) else {
                return [.refused(.noSuchProcess)]
            }
            return [.association(.deleted, association)]
        default: return [.refused(.exists)]
        }
    }

    private mutating func hear(_ message: KernelEvent) {
        var event = message
        let requester = context.kernel.hear(&event, &context.out)
        reconciler.notice(event, from: requester, clients.peers, &context)
    }
}
