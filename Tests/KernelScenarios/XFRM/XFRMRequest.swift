import IPsec
import KernelBackends

/// A message of NETLINK_XFRM for the kernel, put together byte by byte and apart from the codec, so that a mistake of the
/// codec does not hide in its own mirror.
struct XFRMRequest {
    private(set) var bytes: [UInt8]

    /// A header alone, with a sequence number and a process id that answers are known by.
    init(
        _ type: XFRMMessageType, flags: UInt16 = Self.acknowledged, sequence: UInt32 = 7, portID: UInt32 = 4711
    ) {
        bytes = le(UInt32(16)) + le(type.rawValue) + le(flags) + le(sequence) + le(portID)
    }

    /// `NLM_F_REQUEST` and `NLM_F_ACK`.
    static let acknowledged: UInt16 = 5
    /// `NLM_F_REQUEST` alone: for what has an answer of its own.
    static let question: UInt16 = 1
    /// `NLM_F_REQUEST` and `NLM_F_DUMP`.
    static let dump: UInt16 = 0x301

    /// Adds bytes as they are.
    func with(_ more: [UInt8]) -> XFRMRequest {
        var request = self
        request.bytes += more
        request.bytes.replaceSubrange(0..<4, with: le(UInt32(request.bytes.count)))
        return request
    }

    /// Several in one datagram.
    func followed(by other: XFRMRequest) -> XFRMRequest {
        var request = self
        request.bytes += other.bytes
        return request
    }

    /// Adds an attribute, padded to four bytes.
    func attribute(_ type: UInt16, _ content: [UInt8]) -> XFRMRequest {
        with(
            le(UInt16(content.count + 4)) + le(type) + content
                + Array(repeating: 0, count: -content.count & 3))
    }

    /// Puts bytes somewhere behind the header.
    func replacing(_ offset: Int, with content: [UInt8]) -> XFRMRequest {
        var request = self
        request.bytes.replaceSubrange(16 + offset..<16 + offset + content.count, with: content)
        return request
    }

    // MARK: Attributes

    /// `XFRMA_ALG_CRYPT`, with a key of so many bits.
    func cipher(_ name: String, bits: UInt32) -> XFRMRequest {
        attribute(2, Self.name(name) + le(bits) + Self.key(bits))
    }

    /// `XFRMA_ALG_AUTH_TRUNC`.
    func integrity(_ name: String, bits: UInt32, icv: UInt32) -> XFRMRequest {
        attribute(20, Self.name(name) + le(bits) + le(icv) + Self.key(bits))
    }

    /// `XFRMA_ALG_AEAD`.
    func combined(_ name: String, bits: UInt32, icv: UInt32) -> XFRMRequest {
        attribute(18, Self.name(name) + le(bits) + le(icv) + Self.key(bits))
    }

    /// `XFRMA_ALG_COMP`.
    func compression(_ name: String) -> XFRMRequest { attribute(3, Self.name(name) + le(UInt32(0))) }

    func mark(_ value: UInt32, _ mask: UInt32) -> XFRMRequest { attribute(21, le(value) + le(mask)) }

    func interfaceID(_ number: UInt32) -> XFRMRequest { attribute(31, le(number)) }

    /// `XFRMA_ENCAP`.
    func encapsulation(type: UInt16 = 2, source: UInt16 = 4500, destination: UInt16 = 4500) -> XFRMRequest {
        attribute(4, le(type) + be(source) + be(destination) + [0, 0] + Array(repeating: 0, count: 16))
    }

    /// `XFRMA_REPLAY_ESN_VAL` with a whole bitmap.
    func extendedReplay(window: UInt32) -> XFRMRequest {
        let words = (window + 31) / 32
        return attribute(
            23, le(words) + Array(repeating: 0, count: 16) + le(window) + Array(repeating: 0, count: 4 * Int(words)))
    }

    private static func name(_ name: String) -> [UInt8] {
        Array(name.utf8) + Array(repeating: 0, count: 64 - name.utf8.count)
    }

    private static func key(_ bits: UInt32) -> [UInt8] { Array(repeating: 0xa5, count: (Int(bits) + 7) / 8) }

    // MARK: SAs

    /// `xfrm_usersa_info`, of ESP in transport mode unless it says otherwise.
    static func info(
        spi: UInt32 = 0x1001, from source: IPAddress = Sample.source, to destination: IPAddress = Sample.destination,
        ipsecProtocol: UInt8 = 50, mode: UInt8 = 0, reqID: UInt32 = 0, window: UInt8 = 0, flags: UInt8 = 0
    ) -> [UInt8] {
        var info = [UInt8](repeating: 0, count: 224)
        func put(_ offset: Int, _ bytes: [UInt8]) { info.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
        put(40, le(family(source)))
        put(56, address(destination))
        put(72, be(spi) + [ipsecProtocol])
        put(80, address(source))
        put(96, Array(repeating: 255, count: 32))
        put(208, le(reqID) + le(family(destination)) + [mode, window, flags])
        return info
    }

    /// NEWSA or UPDSA of ESP without encryption, with a MAC.
    static func sa(
        _ type: XFRMMessageType = .newSA, spi: UInt32 = 0x1001, mode: UInt8 = 0, reqID: UInt32 = 0, window: UInt8 = 0,
        flags: UInt8 = 0
    ) -> XFRMRequest {
        XFRMRequest(type).with(info(spi: spi, mode: mode, reqID: reqID, window: window, flags: flags))
            .cipher("ecb(cipher_null)", bits: 0).integrity("hmac(sha1)", bits: 160, icv: 96)
    }

    /// DELSA or GETSA; `xfrm_usersa_id`.
    static func reference(
        _ type: XFRMMessageType, spi: UInt32 = 0x1001, to destination: IPAddress = Sample.destination,
        ipsecProtocol: UInt8 = 50
    ) -> XFRMRequest {
        XFRMRequest(type, flags: type == .getSA ? question : acknowledged)
            .with(address(destination) + be(spi) + le(family(destination)) + [ipsecProtocol, 0])
    }

    /// ALLOCSPI.
    static func reservation(
        _ low: UInt32, _ high: UInt32, ipsecProtocol: UInt8 = 50, reqID: UInt32 = 0
    ) -> XFRMRequest {
        XFRMRequest(.allocateSPI, flags: question)
            .with(info(spi: 0, ipsecProtocol: ipsecProtocol, reqID: reqID) + le(low) + le(high))
    }

    // MARK: Policies

    /// `xfrm_selector` between two networks.
    static func selector(
        nextLayer: UInt8 = 0, sourcePort: UInt16 = 0, device: Int32 = 0
    ) -> [UInt8] {
        address(Sample.otherNetwork) + address(Sample.network) + [0, 0, 0, 0] + be(sourcePort)
            + be(sourcePort == 0 ? 0 : UInt16.max) + le(UInt16(2)) + [24, 24, nextLayer, 0, 0, 0] + le(device)
            + le(UInt32(0))
    }

    /// NEWPOLICY or UPDPOLICY; outbound unless it says otherwise.
    static func policy(
        _ type: XFRMMessageType = .newPolicy, direction: UInt8 = 1, priority: UInt32 = 5, index: UInt32 = 0,
        action: UInt8 = 0, selector: [UInt8] = Self.selector(), templates: [[UInt8]] = [template()]
    ) -> XFRMRequest {
        let request = XFRMRequest(type)
            .with(
                selector + Array(repeating: 255, count: 32) + Array(repeating: 0, count: 64) + le(priority) + le(index)
                    + [direction, action, 0, 0, 0, 0, 0, 0])
        return templates.isEmpty ? request : request.attribute(5, templates.flatMap(\.self))
    }

    /// DELPOLICY or GETPOLICY; `xfrm_userpolicy_id`.
    static func policyReference(
        _ type: XFRMMessageType, direction: UInt8 = 1, index: UInt32 = 0, selector: [UInt8] = Self.selector()
    ) -> XFRMRequest {
        XFRMRequest(type, flags: type == .getPolicy ? question : acknowledged)
            .with(selector + le(index) + [direction, 0, 0, 0])
    }

    /// `xfrm_user_tmpl` of ESP in transport mode, for every algorithm.
    static func template(
        _ number: UInt8 = 50, mode: UInt8 = 0, optional: UInt8 = 0, reqID: UInt32 = 0,
        _ ends: (IPAddress, IPAddress)? = nil, masks: UInt8 = 255
    ) -> [UInt8] {
        let nowhere = [UInt8](repeating: 0, count: 16)
        return (ends.map { address($0.1) } ?? nowhere) + le(UInt32(0)) + [number, 0, 0, 0]
            + le(ends.map { family($0.0) } ?? 2) + [0, 0] + (ends.map { address($0.0) } ?? nowhere) + le(reqID)
            + [mode, 0, optional, 0] + Array(repeating: masks, count: 12)
    }

    // MARK: Addresses

    static func address(_ address: IPAddress) -> [UInt8] {
        switch address.family {
        case .ipv4: be(address.ipv4Bits) + Array(repeating: 0, count: 12)
        case .ipv6: be(address.high) + be(address.low)
        }
    }

    private static func family(_ address: IPAddress) -> UInt16 { address.family == .ipv4 ? 2 : 10 }
}
