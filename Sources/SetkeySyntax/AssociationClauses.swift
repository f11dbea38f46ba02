import IPsec

/// What the clauses of one `add`, `update` or `getspi` have said, before the rules that tie them together.
struct AssociationClauses {
    let proto: WrittenProtocol
    var mode = Mode.transport
    var replay: UInt8?
    var reqID: UInt32 = 0
    // Not `[]`: that is a generic function of four thousand instructions.
    var flags = SAFlags(rawValue: 0)
    var limits = LifetimeLimits.none
    /// The last of the lifetime clauses; for the message that soft exceeds hard.
    var limitsRange = 0..<0
    var context: SecurityContext?
    var encryption: Chosen?
    var integrity: Chosen?
    var compression: Chosen?
    /// The extensions that were given, a bit for each.
    private var given: UInt16 = 0

    /// An algorithm clause.
    struct Chosen {
        let number: UInt16
        let isCombined: Bool
        let key: WrittenKey?
        let range: Range<Int>
    }

    init(proto: WrittenProtocol) {
        self.proto = proto
    }

    /// Notes that an extension is given; false where it was given before. Flags add up and may be given again.
    mutating func note(_ option: Keyword) -> Bool {
        let bit: UInt16 =
            switch option {
            case .mode: 1
            case .replay: 2
            case .reqID: 4
            case .hardTime: 8
            case .softTime: 16
            case .hardBytes: 32
            case .softBytes: 64
            case .context: 128
            default: 0
            }
        defer { given |= bit }
        return given & bit == 0
    }

    /// Whether packets are authenticated, which turns the replay check on.
    private var isAuthenticated: Bool {
        if let integrity { return integrity.number != IntegrityAlgorithm.null.rawValue }
        return encryption?.isCombined ?? false
    }

    /// The manual's default: 32 for AH and authenticated ESP, 0 for the rest.
    var replayWindow: ReplayWindow {
        ReplayWindow(rawValue: replay ?? (isAuthenticated ? ReplayWindow.ordinary.rawValue : 0))
    }

    /// The SA whose other fields are given, with everything that the clauses say.
    ///
    /// - Parameter text: what the keys are written in.
    func association(_ fields: consuming SecurityAssociation.Fields, keysIn text: Span<UInt8>) -> SecurityAssociation {
        fields.mode = mode
        fields.replayWindow = replayWindow
        fields.reqID = ReqID(rawValue: reqID)
        fields.flags = flags
        fields.limits = limits
        if context != nil { fields.securityContext = context }
        if let integrity {
            fields.integrity = IntegrityAlgorithm(rawValue: integrity.number)
            // ESP with -A alone: RFC 2410's null encryption.
            if proto.ipsecProtocol == .esp { fields.encryption = .null }
        }
        if let encryption { fields.encryption = EncryptionAlgorithm(rawValue: encryption.number) }
        if let compression { fields.compression = CompressionAlgorithm(rawValue: compression.number) }
        let (encryptionKey, integrityKey) = (encryption?.key, integrity?.key)
        fields.setKeys(encryption: encryptionKey?.byteCount, integrity: integrityKey?.byteCount) {
            encryptionKey?.write(from: text, to: &$0)
            integrityKey?.write(from: text, to: &$1)
        }
        return SecurityAssociation(fields)
    }
}
