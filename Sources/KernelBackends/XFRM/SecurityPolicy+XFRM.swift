internal import CLinux
package import IPsec

extension SecurityPolicy {
    /// The policy that a message tells of: `xfrm_userpolicy_info`, at which `reader` stands, and the attributes behind it.
    ///
    /// - Parameter known: where it is in the message as it is known, it is the known one.
    /// - Returns: `nil` for one that the language has no words for.
    static func read(
        fromXFRM whole: inout WireReader, _ devices: Devices, knowing known: inout some KnownEntries
    ) throws(WireError) -> SecurityPolicy? {
        var info = try whole.slice(byteCount: xfrmByteCount)
        return try read(
            fromXFRM: &info, attributes: try XFRMPolicyAttributes(from: &whole), devices, knowing: &known)
    }

    /// The same where other things stand between the two.
    static func read(
        fromXFRM whole: inout WireReader, attributes: XFRMPolicyAttributes, _ devices: Devices,
        knowing known: inout some KnownEntries
    ) throws(WireError) -> SecurityPolicy? {
        var reader = try whole.slice(byteCount: xfrmByteCount)
        let selector = try XFRMSelector(from: &reader)
        let limits = try LifetimeLimits(fromXFRM: &reader)
        let current = try Lifetime(fromXFRM: &reader)
        let priority = try reader.read(UInt32.self)
        let index = PolicyIndex(rawValue: try reader.read(UInt32.self))
        let start = reader.offset
        let direction = try reader.read(UInt8.self)
        guard let direction = Direction(xfrmNumber: direction) else {
            throw WireError(.value(field: "a policy's direction", UInt32(direction)), at: start)
        }
        let isBlock = try reader.read(UInt8.self) != UInt8(XFRM_POLICY_ALLOW)
        let flags = PolicyFlags(rawValue: try reader.read(UInt8.self))
        let device = selector.interfaceIndex == 0 ? nil : devices.device(UInt32(bitPattern: selector.interfaceIndex))
        guard !attributes.saysMore, selector.isSayable else { return nil }
        let action: PolicyAction =
            if isBlock { .discard } else if attributes.templates.isEmpty { .bypass } else {
                .protect(attributes.templates)
            }
        var fields = Fields(
            identity: PolicyIdentity(
                direction: direction, selector: try selector.selector(), mark: attributes.bindings.mark,
                interfaceID: attributes.bindings.interfaceID, device: device),
            action: action, priority: priority)
        (fields.limits, fields.current, fields.flags) = (limits, current, flags)
        fields.securityContext = attributes.securityContext
        fields.index = index.rawValue == 0 ? nil : index
        let former = known.policy(fields.identity)
        return SecurityPolicy(fields, knowing: former)
    }

    /// Of `xfrm_userpolicy_info`.
    private static let xfrmByteCount = 168

    // MARK: Writing

    /// What a socket is told (`IP_XFRM_POLICY`) that policies are to leave alone: all traffic of a family passes.
    package static func xfrmBypass(of family: IPAddress.Family, _ direction: Direction) -> [UInt8] {
        let all = AddressPrefix(address: .unspecified(family), length: 0)
        let selector = Selector(source: all, destination: all)
        let policy = SecurityPolicy(
            identity: PolicyIdentity(direction: direction, selector: selector), action: .bypass)
        var writer = WireWriter()
        // Only what a device or a transform has cannot be written.
        try? policy.writeXFRM(to: &writer, .none) { .none }
        var bytes: [UInt8] = []
        writer.finish(into: &bytes)
        return bytes
    }

    /// Says it as NEWPOLICY and UPDPOLICY do.
    ///
    /// - Parameters:
    ///   - devices: those that there are.
    ///   - drawReqID: gives a reqid to a transform that wants one of its own.
    /// - Throws: for what XFRM has no bytes for.
    func writeXFRM(
        to writer: inout WireWriter, _ devices: Devices, drawReqID: () -> ReqID
    ) throws(WireError) {
        try identity.xfrmSelector(devices).write(to: &writer)
        limits.writeXFRM(to: &writer)
        // Counters are the kernel's.
        writer.append(zeros: 32)
        writer.append(priority)
        writer.append(index?.rawValue ?? 0)
        writer.append(identity.direction.xfrmNumber)
        writer.append(UInt8(action == .discard ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW))
        writer.append(flags.rawValue)
        writer.append(zeros: 5)
        let transforms = action.transforms
        if !transforms.isEmpty {
            // What one step leaves is what the next one gets.
            var family = identity.selector.source.address.family
            try writer.appendAttribute(.templates) { writer throws(WireError) in
                for transform in transforms {
                    family = transform.outerEnds?.source.family ?? family
                    try transform.writeXFRM(family, to: &writer, drawReqID: drawReqID)
                }
            }
        }
        if let securityContext { try securityContext.writeXFRM(to: &writer) }
        try identity.xfrmBindings.write(to: &writer)
    }
}

extension PolicyIdentity {
    /// Says which policy is meant, as GETPOLICY and DELPOLICY do (`xfrm_userpolicy_id`).
    func writeXFRMReference(to writer: inout WireWriter, _ devices: Devices) throws(WireError) {
        try xfrmSelector(devices).write(to: &writer)
        writer.append(0 as UInt32)
        writer.append(direction.xfrmNumber)
        writer.append(zeros: 3)
        try xfrmBindings.write(to: &writer)
    }

    /// - Throws: for a device that is not there.
    fileprivate func xfrmSelector(_ devices: Devices) throws(WireError) -> XFRMSelector {
        var whole = XFRMSelector(selector)
        guard isBound, let device else { return whole }
        guard let number = devices.number(of: device), let index = Int32(exactly: number) else {
            throw WireError(.value(field: "a device", 0), at: 0)
        }
        whole.interfaceIndex = index
        return whole
    }

    fileprivate var xfrmBindings: XFRMBindings { XFRMBindings(mark: mark, interfaceID: interfaceID) }
}

extension PolicyIndex {
    /// Says which policy is meant by the kernel's number, whose lowest three bits are its direction.
    func writeXFRMReference(to writer: inout WireWriter) {
        writeXFRMReference(in: UInt8(rawValue & 7), to: &writer)
    }

    /// Says which policy is meant by a number that none has: one of outbound policies, among the inbound ones.
    ///
    /// Without a number the selector would count, and there may well be a policy for all traffic.
    static func writeXFRMReferenceToNothing(to writer: inout WireWriter) {
        PolicyIndex(rawValue: 1).writeXFRMReference(in: 0, to: &writer)
    }

    private func writeXFRMReference(in direction: UInt8, to writer: inout WireWriter) {
        XFRMSelector(all: .ipv4).write(to: &writer)
        writer.append(rawValue)
        writer.append(direction)
        writer.append(zeros: 3)
    }
}

extension Direction {
    /// `XFRM_POLICY_IN`, `XFRM_POLICY_OUT`, `XFRM_POLICY_FWD`, and those of sockets behind them.
    init?(xfrmNumber: UInt8) {
        guard xfrmNumber < 5 else { return nil }
        self.init(rawValue: xfrmNumber + 1)
    }

    var xfrmNumber: UInt8 { rawValue - 1 }
}

/// What the attributes of a policy say.
struct XFRMPolicyAttributes {
    fileprivate var templates: [Transform] = []
    fileprivate var securityContext: SecurityContext?
    fileprivate var bindings = XFRMBindings()
    /// Whether there is something that the language has no word for, and that makes it another policy than that without.
    fileprivate(set) var saysMore = false

    init(from reader: inout WireReader) throws(WireError) {
        try reader.forEachAttribute { type, content throws(WireError) in
            switch type {
            case .templates:
                templates = []
                while content.remaining >= Transform.xfrmByteCount {
                    templates.append(try Transform(fromXFRM: &content))
                }
            case .securityContext: securityContext = try SecurityContext(fromXFRM: &content)
            // The sub policies are a second table.
            case .policyType: if try content.read(UInt8.self) != 0 { saysMore = true }
            default: try bindings.read(type, &content)
            }
        }
    }
}

extension Transform {
    /// Of `xfrm_user_tmpl`.
    fileprivate static let xfrmByteCount = 64
    /// Every algorithm (xfrm-facts 3.5); the kernel reads back 0 where PF_KEY wrote the policy, and means the same.
    private static let allAlgorithms: UInt32 = .max

    init(fromXFRM reader: inout WireReader) throws(WireError) {
        let destination = try XFRMAddress(from: &reader)
        let spi = try reader.read(UInt32.self)
        let nextLayer = try reader.read(UInt8.self)
        try reader.skip(3)
        let family = try IPAddress.Family.read(from: &reader)
        try reader.skip(2)
        let source = try XFRMAddress(from: &reader)
        let reqID = ReqID(rawValue: try reader.read(UInt32.self))
        let mode = Mode(xfrmNumber: try reader.read(UInt8.self))
        let share = try reader.read(UInt8.self)
        let isOptional = try reader.read(UInt8.self) != 0
        // Padding, and three masks of algorithms.
        try reader.skip(13)
        let hasEndpoints = mode != .transport && !(source.isZero && destination.isZero)
        self.init(
            nextLayer: NextLayerProtocol(rawValue: nextLayer), mode: mode,
            endpoints: hasEndpoints
                ? Endpoints(source: source.address(family), destination: destination.address(family)) : nil,
            level: isOptional ? .use : reqID == .none ? .require : .unique(reqID))
        saysMore = spi != 0 || share != 0 || isOptional && reqID != .none
    }

    /// The addresses that it puts in front of the packet; a transform in transport mode puts none there.
    fileprivate var outerEnds: Endpoints? { mode == .tunnel || mode == .beet ? endpoints : nil }

    /// - Parameter family: of the packet that leaves it.
    fileprivate func writeXFRM(
        _ family: IPAddress.Family, to writer: inout WireWriter, drawReqID: () -> ReqID
    ) throws(WireError) {
        let ends = outerEnds
        let nowhere = IPAddress.unspecified(family)
        XFRMAddress(ends?.destination ?? nowhere).write(to: &writer)
        writer.append(0 as UInt32)
        writer.append(nextLayer.rawValue)
        writer.append(zeros: 3)
        writer.append(family.xfrmNumber)
        writer.append(zeros: 2)
        XFRMAddress(ends?.source ?? nowhere).write(to: &writer)
        var reqID = ReqID.none
        if case .unique(let wanted) = level { reqID = wanted == .none ? drawReqID() : wanted }
        writer.append(reqID.rawValue)
        writer.append(try mode.xfrmNumber)
        writer.append(0 as UInt8)
        writer.append(UInt8(level == .use ? 1 : 0))
        writer.append(zeros: 1)
        for _ in 0..<3 { writer.append(Self.allAlgorithms) }
    }
}
