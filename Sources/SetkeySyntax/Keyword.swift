/// Every reserved word of the language except the names of algorithms, which are in the table of `IPsec`.
enum Keyword: String, CaseIterable {
    // Statements
    case add, update, getspi, get, delete, deleteall, flush, dump
    case spdadd, spdupdate, spddelete, spdflush, spddump, spddefault
    case include, exit, quit, bye
    // Protocols of an SA
    case esp, ah, ipcomp, tcp
    case espOld = "esp-old"
    case ahOld = "ah-old"
    case espUDP = "esp-udp"
    // Extensions
    case mode = "-m"
    case replay = "-r"
    case reqID = "-u"
    case flags = "-f"
    case hardTime = "-lh"
    case softTime = "-ls"
    case hardBytes = "-bh"
    case softBytes = "-bs"
    case context = "-ctx"
    case encryption = "-E"
    case integrity = "-A"
    case compression = "-C"
    case rawCPI = "-R"
    case extendedSequence = "-esn"
    case natTraversal = "-natt"
    case natTraversalMTU = "-natt_mtu"
    case hardwareInterface = "-hwif"
    case mark = "-mark"
    case outputMark = "-output-mark"
    case interfaceID = "-if_id"
    case hardPackets = "-ph"
    case softPackets = "-ps"
    case hardUse = "-uh"
    case softUse = "-us"
    case icvLength = "-icv"
    case padding = "-tfc"
    case selector = "-sel"
    case direction = "-dir"
    case careOfAddress = "-coa"
    case device = "-dev"
    case from = "-from"
    case until = "-until"
    // Values of extensions
    case transport, tunnel, any
    case zeroPad = "zero-pad"
    case randomPad = "random-pad"
    case sequentialPad = "seq-pad"
    case noCyclicSequence = "nocyclic-seq"
    case noECN = "noecn"
    case decapsulateDSCP = "decap-dscp"
    case noPathMTUDiscovery = "nopmtudisc"
    case wildcardReceive = "wildrecv"
    case align4
    case anyFamily = "af-unspec"
    case withholdDSCP = "dont-encap-dscp"
    case sequenceMayWrap = "oseq-may-wrap"
    // Policies
    case tagged
    case policy = "-P"
    case inbound = "in"
    case outbound = "out"
    case forward = "fwd"
    case prio, priority, low, def, high
    case discard, ipsec, bypass, entrust
    case clear = "none"
    case `default`, use, require, unique
    case meToAny = "me-any"
    case anyToMe = "any-me"

    private static let table = WordTable(allCases.map { ($0.rawValue, $0) })

    /// The keyword that a word is; `nil` where it is none.
    @inline(__always)
    init?(_ word: PackedWord) {
        // Of the many words that are none, most are numbers.
        guard UInt8(truncatingIfNeeded: word.first) &- 48 > 9, let keyword = Self.table[word] else { return nil }
        self = keyword
    }

    /// The keyword that the word at `range` is; `nil` where it is none.
    @inline(__always)
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard !range.isEmpty, bytes[range.lowerBound] &- 48 > 9, let word = PackedWord(bytes, range) else { return nil }
        self.init(word)
    }

    /// The statements behind which nothing is read.
    var endsText: Bool {
        switch self {
        case .exit, .quit, .bye: true
        default: false
        }
    }

    /// The options of an SA: where one stands, a clause begins.
    var beginsClause: Bool {
        switch self {
        case .mode, .replay, .reqID, .flags, .hardTime, .softTime, .hardBytes, .softBytes, .context, .encryption,
            .integrity, .compression, .extendedSequence, .natTraversal, .natTraversalMTU, .hardwareInterface,
            .hardPackets, .softPackets, .hardUse, .softUse, .icvLength, .padding, .selector, .direction,
            .careOfAddress, .mark, .outputMark, .interfaceID, .from, .until:
            true
        default: false
        }
    }

    /// The words that may begin a statement, for messages.
    var beginsStatement: Bool {
        switch self {
        case .add, .update, .getspi, .get, .delete, .deleteall, .flush, .dump, .spdadd, .spdupdate, .spddelete,
            .spdflush, .spddump, .spddefault, .include, .exit, .quit, .bye:
            true
        default: false
        }
    }
}
