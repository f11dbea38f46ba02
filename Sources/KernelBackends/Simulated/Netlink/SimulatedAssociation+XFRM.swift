internal import CLinux
internal import IPsec

// NEWSA and UPDSA: the SA of a message, with the kernel's checks in the kernel's order (xfrm-facts 3, B4).

extension SimulatedAssociation {
    /// Reads the SA of a NEWSA or UPDSA.
    init(
        _ info: XFRMStateInfo, _ attributes: XFRMAttributes, release: SimulatedKernel.Release
    ) throws(XFRMRefusal) {
        try Self.check(info, attributes)
        guard let family = IPAddress.Family(xfrmNumber: info.family),
            let ipsecProtocol = IPsecProtocol(rawValue: info.ipsecProtocol)
        else { throw .invalid("Unsupported protocol") }
        self.init(
            from: info.source.address(family), to: info.destination.address(family), ipsecProtocol, spi: info.spi)
        mode = Mode(xfrmNumber: info.mode)
        reqID = info.reqID
        replayWindow = UInt8(clamping: min(UInt16(info.replayWindow), ReplayWindow.ordinary.rawValue))
        flags = SAFlags(xfrmBits: info.flags).intersection(.ofPFKey)
        sequence = info.sequence
        limits = info.limits
        if let content = attributes[.encapsulation] { encapsulation = NATTraversal(xfrm: content) }

        var kept = try SimulatedXFRMCrypto.check(attributes, ipsecProtocol)
        for (type, content) in try Self.kept(attributes, info, release) { kept[type] = content }
        var selector = info.selector
        if selector.family == 0, info.flags & 32 == 0 { selector.family = info.family }
        guard
            selector.family == info.family || info.mode == UInt8(XFRM_MODE_TUNNEL)
                || info.mode == UInt8(XFRM_MODE_BEET) || selector.family == 0
        else {
            throw XFRMRefusal(.protocolUnsupported, "Only tunnel modes can accommodate a change of family")
        }
        xfrm = SimulatedXFRMState(selector: selector, flags: info.flags, attributes: kept)
        readForPFKey(kept)
        try checkInstance(attributes, release: release)
    }

    /// What PF_KEY shows of the algorithms: the numbers that it has for their names, and keys of a cipher and a MAC.
    private mutating func readForPFKey(_ kept: [UInt16: [UInt8]]) {
        func content(_ type: XFRMAttributeType) -> [UInt8]? { kept[type.rawValue] }
        if let algorithm = content(.algorithmAuthenticationTruncated) {
            integrity = SimulatedXFRMCrypto.number(.integrity, algorithm)
            integrityKey = SimulatedXFRMCrypto.key(algorithm, from: 72)
        }
        if let algorithm = content(.algorithmEncryption) {
            encryption = SimulatedXFRMCrypto.number(.encryption, algorithm)
            encryptionKey = SimulatedXFRMCrypto.key(algorithm, from: 68)
        }
        if let algorithm = content(.algorithmCompression) {
            encryption = SimulatedXFRMCrypto.number(.compression, algorithm)
        }
        selector = PFKeyAddress(
            AddressPrefix(
                address: (xfrm?.selector ?? XFRMSelector(all: source.family)).source.address(source.family),
                length: min(xfrm?.selector.sourcePrefix ?? 0, source.bitCount)))
    }

    // MARK: Checks

    private static func check(_ info: XFRMStateInfo, _ attributes: XFRMAttributes) throws(XFRMRefusal) {
        guard IPAddress.Family(xfrmNumber: info.family) != nil else { throw .invalid("Invalid address family") }
        try check(info.selector)
        let has = attributes.has
        let hasIntegrity = has(.algorithmAuthentication) || has(.algorithmAuthenticationTruncated)
        switch IPsecProtocol(rawValue: info.ipsecProtocol) {
        case .ah:
            guard hasIntegrity else { throw .invalid("Missing required attribute for AH: AUTH_TRUNC or AUTH") }
            guard !has(.algorithmCombined), !has(.algorithmEncryption), !has(.algorithmCompression), !has(.padding)
            else { throw .invalid("Invalid attributes for AH: AEAD, CRYPT, COMP, TFCPAD") }
        case .esp:
            guard !has(.algorithmCompression) else { throw .invalid("Invalid attribute for ESP: COMP") }
            guard hasIntegrity || has(.algorithmEncryption) || has(.algorithmCombined) else {
                throw .invalid("Missing required attribute for ESP: at least one of AUTH, AUTH_TRUNC, CRYPT, AEAD")
            }
            guard !has(.algorithmCombined) || !hasIntegrity && !has(.algorithmEncryption) else {
                throw .invalid(
                    "Invalid attribute combination for ESP: AEAD can't be used with AUTH, AUTH_TRUNC, CRYPT")
            }
            guard !has(.padding) || info.mode == UInt8(XFRM_MODE_TUNNEL) else {
                throw .invalid("TFC padding can only be used in tunnel mode")
            }
        case .ipcomp:
            guard has(.algorithmCompression) else { throw .invalid("Missing required attribute for COMP: COMP") }
            guard !hasIntegrity, !has(.algorithmCombined), !has(.algorithmEncryption), !has(.padding) else {
                throw .invalid("Invalid attributes for COMP: AEAD, AUTH, AUTH_TRUNC, CRYPT, TFCPAD")
            }
            guard info.spi.rawValue < 0x10000 else { throw .invalid("SPI is too large for COMP (must be < 0x10000)") }
        case nil: throw .invalid("Unsupported protocol")
        }
        try checkReplay(info, attributes[.extendedReplay])
        guard [XFRM_MODE_TRANSPORT, XFRM_MODE_TUNNEL, XFRM_MODE_BEET].contains(Int32(info.mode)) else {
            throw info.mode == 2
                ? XFRMRefusal(.protocolUnsupported) : .invalid("Unsupported mode")
        }
    }

    private static func check(_ selector: XFRMSelector) throws(XFRMRefusal) {
        switch IPAddress.Family(xfrmNumber: selector.family) {
        case .ipv4:
            guard selector.sourcePrefix <= 32, selector.destinationPrefix <= 32 else {
                throw .invalid("Invalid prefix length in selector (must be <= 32 for IPv4)")
            }
        case .ipv6:
            guard selector.sourcePrefix <= 128, selector.destinationPrefix <= 128 else {
                throw .invalid("Invalid prefix length in selector (must be <= 128 for IPv6)")
            }
        case nil:
            guard selector.family == 0 else { throw .invalid("Invalid address family in selector") }
        }
    }

    /// The window of `XFRMA_REPLAY_ESN_VAL` (xfrm-facts 3.2); flag 128 is what makes the numbers 64 bits long.
    private static func checkReplay(_ info: XFRMStateInfo, _ content: [UInt8]?) throws(XFRMRefusal) {
        let isExtended = info.flags & 128 != 0
        guard let content else {
            guard !isExtended else { throw .invalid("Missing required attribute for ESN") }
            return
        }
        let words = Int(XFRMAttributes.number(content, at: 0))
        guard words <= 128 else { throw .invalid("ESN bitmap length must be <= 128") }
        guard content.count >= 24 + 4 * words || content.count == 24 else {
            throw .invalid("ESN attribute is too short to fit the full bitmap length")
        }
        guard info.ipsecProtocol != IPsecProtocol.ipcomp.rawValue else {
            throw .invalid("ESN only supported for ESP and AH")
        }
        guard info.replayWindow == 0 else { throw .invalid("ESN not compatible with legacy replay_window") }
        let window = Int(XFRMAttributes.number(content, at: 20))
        guard window <= 32 * words else {
            throw .invalid("ESN replay window is too large for the chosen bitmap size")
        }
    }

    /// What the protocol's module checks.
    private func checkInstance(
        _ attributes: XFRMAttributes, release: SimulatedKernel.Release
    ) throws(XFRMRefusal) {
        if ipsecProtocol == .esp, !attributes.has(.algorithmEncryption), !attributes.has(.algorithmCombined) {
            throw .invalid("ESP: AEAD or CRYPT must be provided")
        }
        // No device of this kernel can do anything: what is to encrypt does not, and that is not said.
        if let content = attributes[.offload] {
            guard ipsecProtocol == .esp, content.count > 4, Int32(content[4]) & XFRM_OFFLOAD_PACKET == 0 else {
                throw XFRMRefusal(.invalidArgument)
            }
        }
        if ipsecProtocol == .ipcomp, mode == .beet { throw XFRMRefusal(.invalidArgument) }
        if let encapsulation {
            guard ipsecProtocol == .esp else { throw XFRMRefusal(.invalidArgument) }
            guard release.acceptsEncapsulation(encapsulation.type) else {
                throw .invalid("Unsupported encapsulation type for ESP")
            }
        }
        if let content = attributes[.extendedReplay], flagsOfXFRM & 128 != 0,
            XFRMAttributes.number(content, at: 20) == 0, attributes[.direction] != [2]
        {
            throw .invalid("ESN replay window must be > 0")
        }
    }

    private var flagsOfXFRM: UInt8 { xfrm?.flags ?? 0 }

    // MARK: What is kept

    /// What is told as it was sent: cut to the size that the kernel keeps, and not where it says nothing (xfrm-facts 1).
    private static func kept(
        _ attributes: XFRMAttributes, _ info: XFRMStateInfo, _ release: SimulatedKernel.Release
    ) throws(XFRMRefusal) -> [UInt16: [UInt8]] {
        var kept: [UInt16: [UInt8]] = [:]
        for (type, byteCount) in keptByteCounts {
            guard let content = attributes[XFRMAttributeType(rawValue: type)] else { continue }
            let cut = Array(content.prefix(byteCount))
            if cut.contains(where: { $0 != 0 }) || isToldAsZero.contains(type) { kept[type] = cut }
        }
        if attributes.has(.mark) {
            let mark = attributes.mark
            kept[XFRMAttributeType.mark.rawValue] = mark == .none ? nil : mark.bytes
        }
        if kept[XFRMAttributeType.outputMark.rawValue] != nil {
            let mask = XFRMAttributeType.outputMarkMask.rawValue
            kept[mask] = attributes[.outputMarkMask] ?? [255, 255, 255, 255]
        } else {
            kept[XFRMAttributeType.outputMarkMask.rawValue] = nil
        }
        if let content = attributes[.extendedReplay] {
            let byteCount = 24 + 4 * Int(XFRMAttributes.number(content, at: 0))
            kept[XFRMAttributeType.extendedReplay.rawValue] = Array(
                (content + [UInt8](repeating: 0, count: byteCount)).prefix(byteCount))
            kept[XFRMAttributeType.replay.rawValue] = nil
        }
        return kept
    }

    /// How many bytes the kernel keeps of each. Thresholds and timers are told by other messages.
    private static let keptByteCounts: [UInt16: Int] = [
        XFRMAttributeType.encapsulation.rawValue: 24, XFRMAttributeType.replay.rawValue: 12,
        XFRMAttributeType.careOfAddress.rawValue: 16, XFRMAttributeType.mark.rawValue: 8,
        XFRMAttributeType.padding.rawValue: 4, XFRMAttributeType.extraFlags.rawValue: 4,
        XFRMAttributeType.outputMark.rawValue: 4, XFRMAttributeType.outputMarkMask.rawValue: 4,
        XFRMAttributeType.interfaceID.rawValue: 4, 32: 4, XFRMAttributeType.direction.rawValue: 1, 34: 4, 35: 4,
    ]
    private static let isToldAsZero: Set<UInt16> = [
        XFRMAttributeType.encapsulation.rawValue, XFRMAttributeType.replay.rawValue, 35,
    ]
}

extension NATTraversal {
    /// The ports of `xfrm_encap_tmpl`.
    init(xfrm content: [UInt8]) {
        func port(_ offset: Int) -> UInt16 { UInt16(content[offset]) << 8 | UInt16(content[offset + 1]) }
        self.init(
            type: UInt8(clamping: UInt16(content[0]) | UInt16(content[1]) << 8), sourcePort: port(2),
            destinationPort: port(4))
    }
}
