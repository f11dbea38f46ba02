internal import CLinux
internal import IPsec

/// What names a policy of XFRM (xfrm-facts 2.2), where PF_KEY cannot name it: a mark, an interface id, a device, a mask of
/// a port, or the second table.
struct XFRMPolicyName: Hashable, Sendable {
    let direction: UInt8
    let selector: XFRMSelector
    let mark: XFRMMark
    let interfaceID: UInt32
    let isSub: Bool

    init(direction: UInt8, selector: XFRMSelector, _ attributes: XFRMAttributes) {
        self.direction = direction
        self.selector = selector
        mark = attributes.mark
        interfaceID = attributes.number(.interfaceID) ?? 0
        isSub = attributes[.policyType]?.first == 1
    }

    /// The name that PF_KEY has for it; `nil` where it has none.
    var plain: PolicyIdentity? {
        guard mark == .none, interfaceID == 0, !isSub, let plain = inWords,
            XFRMSelector(plain.selector) == selector
        else { return nil }
        return plain
    }

    /// The nearest that words come to it.
    var inWords: PolicyIdentity? {
        guard let direction = Direction(xfrmNumber: direction), let selector = try? selector.plainSelector() else {
            return nil
        }
        return PolicyIdentity(direction: direction, selector: selector)
    }
}

extension XFRMSelector {
    /// Family, prefixes, protocol and ports, and nothing else.
    fileprivate func plainSelector() throws(WireError) -> Selector {
        guard let family = IPAddress.Family(xfrmNumber: family) else { throw WireError(.addressFamily(family), at: 0) }
        return Selector(
            source: AddressPrefix(address: source.address(family), length: min(sourcePrefix, family.bitCount)),
            destination: AddressPrefix(
                address: destination.address(family), length: min(destinationPrefix, family.bitCount)),
            nextLayer: nextLayer == 0 ? .any : NextLayerProtocol(rawValue: nextLayer), sourcePort: sourcePort,
            destinationPort: destinationPort)
    }
}

/// What XFRM has of a policy and PF_KEY cannot say; never written again once it is there.
final class SimulatedXFRMPolicy: Sendable {
    let name: XFRMPolicyName
    /// `XFRM_POLICY_*` flags.
    let flags: UInt8
    /// Each of 64 bytes, as it was sent, but for a family that was left out.
    let templates: [[UInt8]]

    init(name: XFRMPolicyName, flags: UInt8, templates: [[UInt8]]) {
        self.name = name
        self.flags = flags
        self.templates = templates
    }
}

extension SimulatedPolicy {
    /// How many bytes `xfrm_userpolicy_info` has.
    static let xfrmByteCount = 168

    /// Appends everything that XFRM tells of it.
    func writeXFRM(to writer: inout WireWriter) throws(WireError) {
        writeXFRMInfo(to: &writer)
        try writeXFRMAttributes(to: &writer)
    }

    /// `xfrm_userpolicy_info`.
    func writeXFRMInfo(to writer: inout WireWriter) {
        (xfrm?.name.selector ?? XFRMSelector(identity.selector)).write(to: &writer)
        limits.writeXFRM(to: &writer)
        for count in [current.bytes, UInt64(current.allocations), current.addTime, current.useTime] {
            writer.append(count)
        }
        writer.append(priority)
        writer.append(index.rawValue)
        writer.append(identity.direction.xfrmNumber)
        writer.append(UInt8(isBlock ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW))
        writer.append(xfrm?.flags ?? 0)
        // How the SA is shared is not kept.
        writer.append(zeros: 5)
    }

    private var isBlock: Bool { if case .block = action { true } else { false } }

    func writeXFRMAttributes(to writer: inout WireWriter) throws(WireError) {
        let templates = xfrm?.templates ?? templatesOfPFKey()
        if !templates.isEmpty {
            try writer.appendAttribute(.templates) { writer in
                for template in templates { writer.append(template.span) }
            }
        }
        try writer.appendAttribute(.policyType) { writer in
            writer.append(UInt8(xfrm?.name.isSub == true ? 1 : 0))
            writer.append(zeros: 5)
        }
        guard let name = xfrm?.name else { return }
        if name.mark != .none { try writer.appendAttribute(.mark) { $0.append(name.mark.bytes.span) } }
        if name.interfaceID != 0 { try writer.appendAttribute(.interfaceID, name.interfaceID) }
    }

    /// `xfrm_userpolicy_id`, as the event of a deletion begins: what was asked for, a selector or a number.
    func writeXFRMReference(byIndex: Bool, to writer: inout WireWriter) {
        if byIndex {
            writer.append(zeros: XFRMSelector.byteCount)
        } else {
            (xfrm?.name.selector ?? XFRMSelector(identity.selector)).write(to: &writer)
        }
        writer.append(byIndex ? index.rawValue : 0)
        writer.append(identity.direction.xfrmNumber)
        writer.append(zeros: 3)
    }

    /// The templates of a policy that PF_KEY made: their masks of algorithms are empty, and mean any (xfrm-facts 4).
    private func templatesOfPFKey() -> [[UInt8]] {
        var templates: [[UInt8]] = []
        for transform in transforms {
            var writer = WireWriter()
            let family = transform.endpoints?.source.family ?? identity.selector.source.address.family
            let ends = transform.endpoints
            XFRMAddress(ends?.destination ?? .unspecified(family)).write(to: &writer)
            writer.append(0 as UInt32)
            writer.append(transform.nextLayer.rawValue)
            writer.append(zeros: 3)
            writer.append(family.xfrmNumber)
            writer.append(zeros: 2)
            XFRMAddress(ends?.source ?? .unspecified(family)).write(to: &writer)
            writer.append(transform.level.reqID.rawValue)
            writer.append(transform.mode.simulatedXFRMNumber)
            writer.append(0 as UInt8)
            writer.append(UInt8(transform.level == .use ? 1 : 0))
            writer.append(zeros: 13)
            var bytes: [UInt8] = []
            writer.finish(into: &bytes)
            templates.append(bytes)
        }
        return templates
    }
}
