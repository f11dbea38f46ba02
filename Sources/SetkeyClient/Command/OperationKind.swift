/// The operations of the command line, as they are written there.
package enum OperationKind: String, Hashable, Sendable, CaseIterable {
    case standardInput = "-c"
    case file = "-f"
    case dump = "-D"
    case flush = "-F"
    case monitor = "-x"
    case live = "-l"
    case status = "--status"
    case metrics = "--metrics"
    case plan = "--plan"
    case schedule = "--schedule"
    case explain = "--explain"
    case save = "--save"
    case wireshark = "--wireshark"
    case graph = "--graph"
    case doctor = "--doctor"
    case fingerprint = "--fingerprint"
    case compare = "--compare"
    case serveStdio = "--serve-stdio"
    case newKey = "--new-key"
    case roll = "--roll"
    case reload = "--reload"
    case confirm = "--confirm"
    case revert = "--revert"
    case off = "--off"
    case on = "--on"
    case version = "-V"
}

/// The modifiers of the command line, and the operations that each goes with.
package enum Modifier: String, Hashable, Sendable, CaseIterable {
    case policies = "-P"
    case dryRun = "-n"
    case debug = "-d"
    case verbose = "-v"
    case all = "-a"
    case ports = "-p"
    case noPerSocket = "-N"
    case kernelSemantics = "-k"
    case rfcSemantics = "-r"
    case atomic = "--atomic"
    case hex = "-h"
    case showKeys = "--show-keys"
    case json = "--json"
    case owned = "--owned"
    case brief = "--brief"
    case only = "--only"
    case from = "--from PID"
    case once = "--once"
    case noWait = "--no-wait"
    case perSA = "--per-sa"
    case http = "--http"
    case confirmWithin = "--confirm SECONDS"
    case outbound = "--out"
    case inbound = "--in"
    case forwarded = "--forward"
    case device = "--dev IF"
    case mark = "--mark N"
    case interfaceID = "--if-id N"
    case salt = "--salt WORD"
    case at = "--at TIME"
    case skew = "--skew SECONDS"
    case ssh = "--ssh COMMAND"
    case bits = "--bits N"
    case credential = "--credential NAME"
    case spi = "--spi SPI"
    case overlap = "--overlap SECONDS"
    case peer = "--peer"

    /// What it changes, in the order in which an error lists them.
    package var partners: [OperationKind] {
        switch self {
        case .policies: [.dump, .flush, .live]
        case .dryRun, .kernelSemantics, .rfcSemantics, .atomic: [.standardInput, .file]
        case .debug: [.standardInput, .file, .dump, .flush, .live]
        case .verbose: [.standardInput, .file, .dump, .flush, .monitor, .live]
        case .all: [.dump, .live]
        case .ports: [.standardInput, .file, .dump, .live]
        case .noPerSocket: [.dump]
        case .hex: [.monitor]
        case .showKeys: [.standardInput, .file, .dump, .monitor, .save, .roll]
        case .json:
            [
                .standardInput, .file, .dump, .monitor, .live, .status, .plan, .schedule, .explain, .doctor,
                .fingerprint, .compare, .reload, .confirm, .revert, .off, .on,
            ]
        case .owned: [.save]
        case .brief, .only, .from: [.monitor]
        case .once: [.live]
        case .noWait: [.monitor, .live]
        case .perSA, .http: [.metrics]
        case .confirmWithin: [.reload, .off, .on]
        case .outbound, .inbound, .forwarded, .device, .mark, .interfaceID: [.explain]
        case .salt: [.fingerprint]
        case .at: [.plan, .roll]
        case .spi, .overlap, .peer: [.roll]
        case .skew: [.standardInput, .file, .plan]
        case .ssh: [.compare]
        case .bits, .credential: [.newKey]
        }
    }

    /// What it makes no difference to, and is ignored with, as the setkey of ipsec-tools did.
    ///
    /// Not ignored is what somebody may count on: `-n` with `-F`, and `-h`, which asks for help elsewhere, with
    /// whatever changes the kernel.
    var isIgnoredBy: [OperationKind] {
        switch self {
        case .policies: [.standardInput, .file, .monitor]
        case .dryRun: [.dump, .monitor, .live]
        case .all: [.standardInput, .file, .flush, .monitor]
        case .ports: [.flush, .monitor]
        case .noPerSocket: [.flush, .monitor]
        case .kernelSemantics, .rfcSemantics: [.dump, .flush, .monitor, .live]
        case .hex: [.dump, .live]
        case .debug, .verbose, .atomic, .showKeys, .json, .owned, .brief, .only, .from, .once, .noWait,
            .perSA, .http, .confirmWithin, .outbound, .inbound, .forwarded, .device, .mark, .interfaceID, .salt,
            .at, .skew, .ssh, .bits, .credential, .spi, .overlap, .peer:
            []
        }
    }

    /// What it cannot be combined with, though each of the two goes with `kind`; said of the one that is listed first above.
    package func rivals(with kind: OperationKind) -> [Modifier] {
        switch self {
        case .debug: [.json]
        // It makes a dump a statement of a run, whose text it prints.
        case .verbose: kind == .dump ? [.json] : []
        case .hex: [.brief]
        case .json: [.brief]
        case .once: [.noWait]
        default: []
        }
    }
}

extension OperationFlags {
    /// The operations that were given, in the order of the manual.
    var kinds: [OperationKind] {
        var kinds: [OperationKind] = []
        if standardInput { kinds.append(.standardInput) }
        // `--plan -f FILE` is a plan of that file, and so on.
        if !files.isEmpty && !plan && !fingerprint { kinds.append(.file) }
        // `-l` is a way to dump: `-Dl` and `-l` are one operation.
        if dump && !live { kinds.append(.dump) }
        if flush { kinds.append(.flush) }
        if monitor > 0 { kinds.append(.monitor) }
        if live { kinds.append(.live) }
        if status { kinds.append(.status) }
        if metrics { kinds.append(.metrics) }
        if plan { kinds.append(.plan) }
        if schedule { kinds.append(.schedule) }
        if explain { kinds.append(.explain) }
        if save { kinds.append(.save) }
        if wireshark { kinds.append(.wireshark) }
        if graph { kinds.append(.graph) }
        if doctor { kinds.append(.doctor) }
        if fingerprint { kinds.append(.fingerprint) }
        if compare != nil { kinds.append(.compare) }
        if serveStdio { kinds.append(.serveStdio) }
        if newKey != nil { kinds.append(.newKey) }
        if roll != nil { kinds.append(.roll) }
        if reload { kinds.append(.reload) }
        if confirm { kinds.append(.confirm) }
        if revert { kinds.append(.revert) }
        if off { kinds.append(.off) }
        if on { kinds.append(.on) }
        return kinds
    }
}

extension ModifierFlags {
    /// The modifiers that were given.
    var given: [Modifier] {
        Modifier.allCases.filter { modifier in
            switch modifier {
            case .policies: policies
            case .dryRun: dryRun
            case .debug: debug
            case .verbose: verbose
            case .all: all
            case .ports: ports
            case .noPerSocket: noPerSocket
            case .kernelSemantics: semantics == .kernel
            case .rfcSemantics: semantics == .rfc
            case .atomic: atomic
            case .hex: hex
            case .showKeys: showKeys
            case .json: json
            case .owned: owned
            case .brief: brief
            case .only: only != nil
            case .from: processID != nil
            case .once: once
            case .noWait: noWait
            case .perSA: perSA
            case .http: http
            case .confirmWithin: confirmWithin != nil
            case .outbound: way == .outbound
            case .inbound: way == .inbound
            case .forwarded: way == .forwarded
            case .device: device != nil
            case .mark: mark != nil
            case .interfaceID: interfaceID != nil
            case .salt: salt != nil
            case .at: moment != nil
            case .skew: skew != nil
            case .ssh: ssh != nil
            case .bits: bits != nil
            case .credential: credential != nil
            case .spi: spi != nil
            case .overlap: overlap != nil
            case .peer: peer
            }
        }
    }
}
