internal import CLinux
internal import IPsec

// NEWPOLICY and UPDPOLICY: what a message says of a policy, with the kernel's checks (xfrm-facts 3.5, B4).

extension SimulatedPolicy {
    /// Reads the policy of a NEWPOLICY or UPDPOLICY.
    init(_ request: ReceivedXFRMRequest, release: SimulatedKernel.Release) throws(XFRMRefusal) {
        let bytes = try request.fixedPart(byteCount: Self.xfrmByteCount)
        let attributes = try request.attributes(behind: Self.xfrmByteCount, release: release)
        var reader = WireReader(bytes.span)
        guard let selector = try? XFRMSelector(from: &reader), let limits = try? LifetimeLimits(fromXFRM: &reader)
        else {
            throw XFRMRefusal(.invalidArgument)
        }
        let (direction, action) = (bytes[160], bytes[161])
        guard bytes[163] <= 3 else { throw .invalid("Invalid policy share") }
        guard Int32(action) == XFRM_POLICY_ALLOW || Int32(action) == XFRM_POLICY_BLOCK else {
            throw .invalid("Invalid policy action")
        }
        try Self.checkPrefixes(selector)
        try Self.checkDirection(direction)
        let index = XFRMAttributes.number(bytes, at: 156)
        guard index == 0 || index & 7 == UInt32(direction) else {
            throw .invalid("Policy index doesn't match direction")
        }
        try Self.checkType(attributes)
        guard release == .linux6_1 || !attributes.has(.offload) && !attributes.has(.direction) else {
            throw XFRMRefusal(.invalidArgument)
        }
        let templates = try Self.templates(attributes[.templates], selector.family, isOutbound: direction == 1)
        let name = XFRMPolicyName(direction: direction, selector: selector, attributes)
        guard let identity = name.inWords else { throw XFRMRefusal(.invalidArgument) }
        let transforms = templates.compactMap { template in
            var reader = WireReader(template.span)
            return try? Transform(fromXFRM: &reader)
        }
        self.init(
            identity: identity,
            action: Int32(action) == XFRM_POLICY_BLOCK ? .block : .allow(transforms),
            priority: XFRMAttributes.number(bytes, at: 152), limits: limits)
        self.index = PolicyIndex(rawValue: index)
        xfrm = SimulatedXFRMPolicy(name: name, flags: bytes[162], templates: templates)
        isInexpressible = transforms.contains { $0.mode.word == nil }
    }

    private static func checkPrefixes(_ selector: XFRMSelector) throws(XFRMRefusal) {
        guard let family = IPAddress.Family(xfrmNumber: selector.family) else {
            throw .invalid("Invalid selector family")
        }
        guard max(selector.sourcePrefix, selector.destinationPrefix) <= family.bitCount else {
            throw family == .ipv4
                ? .invalid("Invalid prefix length in selector (must be <= 32 for IPv4)")
                : .invalid("Invalid prefix length in selector (must be <= 128 for IPv6)")
        }
    }

    static func checkDirection(_ direction: UInt8) throws(XFRMRefusal) {
        guard direction <= 2 else { throw .invalid("Invalid policy direction") }
    }

    static func checkType(_ attributes: XFRMAttributes) throws(XFRMRefusal) {
        guard attributes[.policyType]?.first ?? 0 <= 1 else { throw .invalid("Invalid policy type") }
    }

    /// Cuts them apart, and fills in the family; what is left behind the last whole one is not looked at.
    private static func templates(
        _ content: [UInt8]?, _ family: UInt16, isOutbound: Bool
    ) throws(XFRMRefusal) -> [[UInt8]] {
        guard let content else { return [] }
        guard content.count / 64 <= maximalTransformCount else {
            throw .invalid("Template count must be <= XFRM_MAX_DEPTH (6)")
        }
        var templates: [[UInt8]] = []
        var before = family
        for start in stride(from: 0, to: content.count / 64 * 64, by: 64) {
            var template = Array(content[start..<start + 64])
            if template[24] == 0, template[25] == 0 {
                template[24] = UInt8(truncatingIfNeeded: family)
                template[25] = UInt8(truncatingIfNeeded: family >> 8)
            }
            try check(template, behind: &before, isOutbound: isOutbound)
            templates.append(template)
        }
        return templates
    }

    /// - Parameter before: the family of the packet that comes to it, and then of the one that leaves it.
    private static func check(
        _ template: [UInt8], behind before: inout UInt16, isOutbound: Bool
    ) throws(XFRMRefusal) {
        let family = UInt16(template[24]) | UInt16(template[25]) << 8
        let mode = Int32(template[48])
        let isTunnel = mode == XFRM_MODE_TUNNEL || mode == XFRM_MODE_BEET
        guard mode <= XFRM_MODE_BEET else { throw .invalid("Invalid template mode") }
        guard !isTunnel || template[50] == 0 || !isOutbound else {
            throw .invalid("Mode in optional template not allowed in outbound policy")
        }
        guard isTunnel || family == before else { throw .invalid("Mode in template doesn't support a family change") }
        guard IPAddress.Family(xfrmNumber: family) != nil else { throw .invalid("Invalid family in template") }
        guard [50, 51, 108, 43, 60].contains(template[20]) else {
            throw .invalid("Invalid XFRM protocol in template")
        }
        before = family
    }
}
