internal import CLinux
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
    private var offload: Offload?
    /// Whether there is something that the language has no word for.
    var saysMore = false

    /// What has the encryption key.
    var cipher: XFRMAlgorithm? { combined ?? encryption }

    var hasAlgorithm: Bool { encryption != nil || combined != nil || integrity != nil || compression != nil }

    /// Whether any option is in an attribute of its own.
    var sayOptions: Bool { paddedLength != 0 || direction != nil || careOfAddress != nil || offload != nil }

    /// Adds what is in attributes of its own.
    ///
    /// - Parameter family: of the SA's addresses.
    func add(to options: inout AssociationOptions, _ family: IPAddress.Family) {
        options.paddedLength = paddedLength
        options.careOfAddress = careOfAddress?.address(family)
        options.direction = direction
        options.offload = offload
    }

    /// - Parameter devices: those that there are.
    init(from reader: inout WireReader, _ devices: Devices) throws(WireError) {
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
            case .offload: try readOffload(from: &content, devices)
            default: try bindings.read(type, &content)
            }
        }
    }

    private mutating func readDirection(from reader: inout WireReader) throws(WireError) {
        direction = AssociationDirection(rawValue: try reader.read(UInt8.self))
        if direction == nil { saysMore = true }
    }

    /// `xfrm_user_offload`.
    private mutating func readOffload(from reader: inout WireReader, _ devices: Devices) throws(WireError) {
        let index = try reader.read(UInt32.self)
        let flags = Int32(try reader.read(UInt8.self))
        if flags & ~(XFRM_OFFLOAD_INBOUND | XFRM_OFFLOAD_PACKET) != 0 { saysMore = true }
        offload = Offload(
            device: devices.device(index), isOfPackets: flags & XFRM_OFFLOAD_PACKET != 0,
            direction: flags & XFRM_OFFLOAD_INBOUND != 0 ? .inbound : .outbound)
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
    ///
    /// - Parameter devices: those that there are.
    /// - Throws: for a device that is not there.
    func writeXFRM(to writer: inout WireWriter, _ devices: Devices) throws(WireError) {
        if let offload { try offload.writeXFRM(to: &writer, devices) }
        if paddedLength != 0 { try writer.appendAttribute(.padding, paddedLength) }
        if let direction { try writer.appendAttribute(.direction, direction.rawValue) }
        guard let careOfAddress else { return }
        try writer.appendAttribute(.careOfAddress) { writer throws(WireError) in
            XFRMAddress(careOfAddress).write(to: &writer)
        }
    }
}

extension Offload {
    fileprivate func writeXFRM(to writer: inout WireWriter, _ devices: Devices) throws(WireError) {
        guard let index = devices.number(of: device) else { throw WireError(.value(field: "a device", 0), at: 0) }
        let flags = (direction == .inbound ? XFRM_OFFLOAD_INBOUND : 0) | (isOfPackets ? XFRM_OFFLOAD_PACKET : 0)
        try writer.appendAttribute(.offload) { writer in
            writer.append(index)
            writer.append(UInt8(flags))
            writer.append(zeros: 3)
        }
    }
}
