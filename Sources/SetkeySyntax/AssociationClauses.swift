import IPsec

/// What one `add`, `update` or `getspi` has said so far: the SA, and what is needed for the rules that tie its clauses
/// together.
struct AssociationClauses: ~Copyable {
    let proto: WrittenProtocol
    /// The SA, but for what the clauses below say of it.
    var fields: SecurityAssociation.Fields
    var replay: UInt8?
    var limits = LifetimeLimits.none
    /// The last of the lifetime clauses; for the message that soft exceeds hard.
    var limitsRange = 0..<0
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

    init(_ identity: SAIdentity, source: IPAddress, proto: WrittenProtocol) {
        self.proto = proto
        fields = SecurityAssociation.Fields(identity: identity, source: source)
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
            case .mark: 256
            case .outputMark: 512
            case .interfaceID: 1024
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

    /// The SA with everything that the clauses say.
    ///
    /// - Parameters:
    ///   - text: what the keys are written in.
    ///   - credentials: the keys that are not.
    @inline(__always)
    consuming func association(keysIn text: Span<UInt8>, _ credentials: [KeyMaterial]) -> SecurityAssociation {
        // The manual's default: 32 for AH and authenticated ESP, 0 for the rest.
        let window = replay ?? (isAuthenticated ? ReplayWindow.ordinary.rawValue : 0)
        fields.replayWindow = ReplayWindow(rawValue: window)
        if !limitsRange.isEmpty { fields.limits = limits }
        if let integrity {
            fields.integrity = IntegrityAlgorithm(rawValue: integrity.number)
            // ESP with -A alone: RFC 2410's null encryption.
            if case .esp = proto.ipsecProtocol { fields.encryption = .null }
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
