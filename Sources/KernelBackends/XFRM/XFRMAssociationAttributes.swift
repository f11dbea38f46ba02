internal import IPsec

/// What the attributes of an SA say.
struct XFRMAssociationAttributes {
    var encryption: XFRMAlgorithm?
    var combined: XFRMAlgorithm?
    /// With the length of the ICV: dumps always have this one, beside one without it (xfrm-facts 3.1).
    var integrity: XFRMAlgorithm?
    var compression: XFRMAlgorithm?
    var encapsulation: NATTraversal?
    var originalAddress: XFRMAddress?
    var securityContext: SecurityContext?
    var bindings = XFRMBindings()
    var replay: XFRMReplay?
    var extraFlags: UInt32?
    private var paddedLength: UInt32 = 0
    private var careOfAddress: XFRMAddress?
    private var direction: AssociationDirection?
    /// Whether there is something that the language has no word for.
    var saysMore = false

    /// What has the encryption key.
    var cipher: XFRMAlgorithm? { combined ?? encryption }

    var hasAlgorithm: Bool { encryption != nil || combined != nil || integrity != nil || compression != nil }

    /// Whether any option is in an attribute of its own.
    var sayOptions: Bool { paddedLength != 0 || direction != nil || careOfAddress != nil }

    /// Adds what is in attributes of its own.
    ///
    /// - Parameter family: of the SA's addresses.
    func add(to options: inout AssociationOptions, _ family: IPAddress.Family) {
        options.paddedLength = paddedLength
        options.careOfAddress = careOfAddress?.address(family)
        options.direction = direction
    }

    init(from reader: inout WireReader) throws(WireError) {
        try reader.forEachAttribute { type, content throws(WireError) in
            switch type {
            case .algorithmEncryption: encryption = try XFRMAlgorithm(from: &content, withICV: false)
            case .algorithmCombined: combined = try XFRMAlgorithm(from: &content, withICV: true)
            case .algorithmAuthenticationTruncated: integrity = try XFRMAlgorithm(from: &content, withICV: true)
            case .algorithmCompression: compression = try XFRMAlgorithm(from: &content, withICV: false)
            case .encapsulation: try readEncapsulation(from: &content)
            case .securityContext: securityContext = try SecurityContext(fromXFRM: &content)
            // Beside it there is one of 32 bits, which says less.
            case .extendedReplay: replay = try XFRMReplay(extended: &content)
            case .replay: if replay?.window == nil { replay = try XFRMReplay(ordinary: &content) }
            case .extraFlags: extraFlags = try content.read(UInt32.self)
            case .padding: paddedLength = try content.read(UInt32.self)
            case .careOfAddress: careOfAddress = try XFRMAddress(from: &content)
            case .direction: try readDirection(from: &content)
            case .offload: saysMore = true
            default: try bindings.read(type, &content)
            }
        }
    }

    private mutating func readDirection(from reader: inout WireReader) throws(WireError) {
        direction = AssociationDirection(rawValue: try reader.read(UInt8.self))
        if direction == nil { saysMore = true }
    }

    private mutating func readEncapsulation(from reader: inout WireReader) throws(WireError) {
        let type = try reader.read(UInt16.self)
        let source = try reader.readBigEndian(UInt16.self)
        let destination = try reader.readBigEndian(UInt16.self)
        try reader.skip(2)
        encapsulation = NATTraversal(
            type: UInt8(truncatingIfNeeded: type), sourcePort: source, destinationPort: destination)
        originalAddress = try XFRMAddress(from: &reader)
    }
}

extension AssociationOptions {
    /// Those that have attributes of their own; the ICV is the algorithm's, and the selector in front.
    func writeXFRM(to writer: inout WireWriter) throws(WireError) {
        if paddedLength != 0 { try writer.appendAttribute(.padding, paddedLength) }
        if let direction { try writer.appendAttribute(.direction, direction.rawValue) }
        guard let careOfAddress else { return }
        try writer.appendAttribute(.careOfAddress) { writer throws(WireError) in
            XFRMAddress(careOfAddress).write(to: &writer)
        }
    }
}
