/// The properties of ``Fields``, which says what they are; to set one makes a new SA.
extension SecurityAssociation {
    package var identity: SAIdentity {
        get { fields.identity }
        set { fields.identity = newValue }
    }
    package var source: IPAddress {
        get { fields.source }
        set { fields.source = newValue }
    }
    package var mode: Mode {
        get { fields.mode }
        set { fields.mode = newValue }
    }
    package var state: SAState {
        get { fields.state }
        set { fields.state = newValue }
    }
    package var replayWindow: ReplayWindow {
        get { fields.replayWindow }
        set { fields.replayWindow = newValue }
    }
    package var isDegraded: Bool {
        get { fields.isDegraded }
        set { fields.isDegraded = newValue }
    }
    package var hidesKeys: Bool {
        get { fields.hidesKeys }
        set { fields.hidesKeys = newValue }
    }
    package var flags: SAFlags {
        get { fields.flags }
        set { fields.flags = newValue }
    }
    package var reqID: ReqID {
        get { fields.reqID }
        set { fields.reqID = newValue }
    }
    package var encryption: EncryptionAlgorithm {
        get { fields.encryption }
        set { fields.encryption = newValue }
    }
    package var integrity: IntegrityAlgorithm {
        get { fields.integrity }
        set { fields.integrity = newValue }
    }
    package var compression: CompressionAlgorithm {
        get { fields.compression }
        set { fields.compression = newValue }
    }
    package var encapsulation: NATTraversal? {
        get { fields.encapsulation }
        set { fields.encapsulation = newValue }
    }
    package var current: Lifetime {
        get { fields.current }
        set { fields.current = newValue }
    }
    package var encryptionKey: KeyMaterial? {
        get { fields.encryptionKey }
        set { fields.encryptionKey = newValue }
    }
    package var integrityKey: KeyMaterial? {
        get { fields.integrityKey }
        set { fields.integrityKey = newValue }
    }
    package var limits: LifetimeLimits {
        get { fields.limits }
        set { fields.limits = newValue }
    }
    package var originalAddress: IPAddress? {
        get { fields.originalAddress }
        set { fields.originalAddress = newValue }
    }
    package var securityContext: SecurityContext? {
        get { fields.securityContext }
        set { fields.securityContext = newValue }
    }
    package var outputMark: Mark {
        get { fields.outputMark }
        set { fields.outputMark = newValue }
    }
    package var interfaceID: InterfaceID {
        get { fields.interfaceID }
        set { fields.interfaceID = newValue }
    }
    package var numbers: PacketNumbers {
        get { fields.numbers }
        set { fields.numbers = newValue }
    }
    package var hasOptions: Bool { fields.hasOptions }
    package var options: AssociationOptions {
        get { fields.options }
        set { fields.options = newValue }
    }
}
