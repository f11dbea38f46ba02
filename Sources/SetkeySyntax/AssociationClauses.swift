import IPsec

/// `-hwif` as it is written, before all is known of the SA.
struct WrittenOffload {
    let device: Device
    var isOfPackets = false
    var direction: AssociationDirection?

    init(device: Device) {
        self.device = device
    }
}

/// What one `add`, `update` or `getspi` has said so far: the SA, and what is needed for the rules that tie its clauses
/// together.
struct AssociationClauses: ~Copyable {
    let proto: WrittenProtocol
    /// The SA, but for what the clauses below say of it.
    var fields: SecurityAssociation.Fields
    var replay: ReplayWindow?
    var limits = LifetimeLimits.none
    /// The last of the lifetime clauses; for the message that soft exceeds hard.
    var limitsRange = 0..<0
    var encryption: Chosen?
    var integrity: Chosen?
    var compression: Chosen?
    var offload: WrittenOffload?
    /// Where the extensions stand that few SAs have, for what is said of them.
    private(set) var rareExtensions: [(extension: Keyword, range: Range<Int>)] = []
    /// The extensions that were given, a bit for each.
    private var given: UInt32 = 0

    /// An algorithm clause.
    struct Chosen {
        let number: UInt16
        let isCombined: Bool
        let key: WrittenKey?
        let range: Range<Int>
    }

    init(_ identity: SAIdentity, source: IPAddress, proto: WrittenProtocol) {
        self.proto = proto
        fields = SecurityAssociation.Fields(identity: identity, source: source)
    }

    /// Notes that an extension is given; false where it was given before. Flags add up and may be given again.
    mutating func note(_ option: Keyword) -> Bool {
        let bit: UInt32 =
            switch option {
            case .mode: 1
            case .replay: 2
            case .reqID: 4
            case .hardTime: 8
            case .softTime: 16
            case .hardBytes: 32
            case .softBytes: 64
            case .context: 128
            case .hardPackets: 256
            case .softPackets: 512
            case .hardUse: 1024
            case .softUse: 2048
            case .icvLength: 1 << 12
            case .padding: 1 << 13
            case .selector: 1 << 14
            case .direction: 1 << 15
            case .careOfAddress: 1 << 16
            case .extendedSequence: 1 << 17
            case .natTraversal: 1 << 18
            case .mark: 1 << 19
            case .outputMark: 1 << 20
            case .interfaceID: 1 << 21
            case .hardwareInterface: 1 << 22
            case .from: 1 << 23
            case .until: 1 << 24
            default: 0
            }
        defer { given |= bit }
        return given & bit == 0
    }

    /// Notes where an extension stands that few SAs have.
    mutating func place(_ option: Keyword, at range: Range<Int>) { rareExtensions.append((option, range)) }

    /// Where an extension was given last.
    func range(of option: Keyword) -> Range<Int>? { rareExtensions.last { $0.extension == option }?.range }

    /// Whether packets are authenticated, which turns the replay check on.
    private var isAuthenticated: Bool {
        if let integrity { return integrity.number != IntegrityAlgorithm.null.rawValue }
        return encryption?.isCombined ?? false
    }

    /// The manual's: 32 for AH and authenticated ESP, 0 for the rest. Extended sequence numbers go with a window, and
    /// what only sends has none (xfrm-facts 3.2, 3.3).
    private var defaultWindow: ReplayWindow {
        if !rareExtensions.isEmpty, fields.options.direction == .outbound { return .disabled }
        return isAuthenticated || fields.flags.contains(.extendedSequence) ? .ordinary : .disabled
    }

    /// The SA with everything that the clauses say.
    ///
    /// - Parameters:
    ///   - text: what the keys are written in.
    ///   - credentials: the keys that are not.
    @inline(__always)
    consuming func association(keysIn text: Span<UInt8>, _ credentials: [KeyMaterial]) -> SecurityAssociation {
        fields.replayWindow = replay ?? defaultWindow
        if !limitsRange.isEmpty { fields.limits = limits }
        if let integrity {
            fields.integrity = IntegrityAlgorithm(rawValue: integrity.number)
            // ESP with -A alone: RFC 2410's null encryption.
            if case .esp = proto.ipsecProtocol { fields.encryption = .null }
            if !rareExtensions.isEmpty, let bits = fields.options.icvBits {
                (fields.integrity, fields.options.icvBits) = fields.integrity.truncated(to: bits)
            }
        }
        if let encryption { fields.encryption = EncryptionAlgorithm(rawValue: encryption.number) }
        if let compression { fields.compression = CompressionAlgorithm(rawValue: compression.number) }
        let (encryptionKey, integrityKey) = (encryption?.key, integrity?.key)
        fields.setKeys(encryption: encryptionKey?.byteCount, integrity: integrityKey?.byteCount) {
            encryptionKey?.write(from: text, credentials, to: &$0)
            integrityKey?.write(from: text, credentials, to: &$1)
        }
        return SecurityAssociation(fields)
    }
}
