internal import CLinux
package import IPsec

extension SecurityPolicy {
    /// The policy that a message tells of, whatever is known.
    ///
    /// - Throws: where an extension is missing, or a number has no meaning here.
    package init(from message: borrowing PFKeyDatagram) throws(WireError) {
        var known = NothingKnown()
        try self.init(from: message, knowing: &known)
    }

    /// The policy that a message tells of; per-socket policies keep their directions 4 and 5.
    ///
    /// - Parameter known: where it is in the message as it is known, it is the known one.
    /// - Throws: where an extension is missing, or a number has no meaning here.
    package init(
        from message: borrowing PFKeyDatagram, knowing known: inout some KnownEntries
    ) throws(WireError) {
        guard let policy = message.policy else { throw .missing(.policy) }
        guard let direction = Direction(rawValue: policy.direction) else {
            throw WireError(.value(field: "a policy's direction", UInt32(policy.direction)), at: 0)
        }
        let selector = try Selector(from: message)
        var fields = Fields(
            identity: PolicyIdentity(direction: direction, selector: selector),
            action: try PolicyAction(policy), priority: policy.priority)
        fields.limits = message.limits
        fields.current = message.currentLifetime ?? .zero
        fields.securityContext = message.securityContext.map { SecurityContext($0) }
        fields.index = policy.index.rawValue == 0 ? nil : policy.index
        fields.referenceCount = message.header.reserved
        let former = known.policy(fields.identity)
        self.init(fields, knowing: former)
    }
}

extension Selector {
    /// The two address extensions; the kernel looks at the destination's protocol alone (kernel-facts 6).
    init(from message: borrowing PFKeyDatagram) throws(WireError) {
        guard let source = message.source else { throw .missing(.source) }
        guard let destination = message.destination else { throw .missing(.destination) }
        guard source.address.family == destination.address.family else { throw WireError(.mixedFamilies, at: 0) }
        self.init(
            source: source.prefix, destination: destination.prefix,
            nextLayer: destination.nextLayer.rawValue == 0 ? .any : destination.nextLayer,
            sourcePort: source.port, destinationPort: destination.port)
    }
}

extension PolicyAction {
    init(_ policy: PFKeyPolicy) throws(WireError) {
        switch Int(policy.type) {
        case IPSEC_POLICY_DISCARD: self = .discard
        case IPSEC_POLICY_NONE: self = .bypass
        case IPSEC_POLICY_IPSEC: self = .protect(policy.transforms)
        case IPSEC_POLICY_ENTRUST, IPSEC_POLICY_BYPASS: self = .perSocket(UInt8(policy.type))
        default: throw WireError(.value(field: "a policy's type", UInt32(policy.type)), at: 0)
        }
    }

    /// `IPSEC_POLICY_*`.
    var number: UInt16 {
        switch self {
        case .discard: UInt16(IPSEC_POLICY_DISCARD)
        case .bypass: UInt16(IPSEC_POLICY_NONE)
        case .protect: UInt16(IPSEC_POLICY_IPSEC)
        case .perSocket(let type): UInt16(type)
        }
    }

    /// The transforms of `protect`.
    var transforms: [Transform] {
        if case .protect(let transforms) = self { transforms } else { [] }
    }
}

// MARK: Writing

extension SecurityPolicy {
    /// Says it as SPDADD and SPDUPDATE do.
    ///
    /// - Throws: for transforms or a label that are too long for their length fields.
    func write(to writer: inout WireWriter) throws(WireError) {
        try identity.requireNoBinding()
        guard flags.isEmpty else { throw WireError(.value(field: "a policy's flags", UInt32(flags.rawValue)), at: 0) }
        try identity.selector.write(to: &writer)
        try limits.writeIfAny(to: &writer)
        let action = action
        try PFKeyPolicy(
            type: action.number, direction: identity.direction.rawValue, index: index ?? PolicyIndex(rawValue: 0),
            priority: priority, transforms: action.transforms
        ).write(to: &writer)
        if let securityContext { try PFKeySecurityContext(securityContext).write(to: &writer) }
    }
}

extension PolicyIdentity {
    /// Says which policy is meant, as SPDDELETE does.
    func write(to writer: inout WireWriter) throws(WireError) {
        try requireNoBinding()
        try selector.write(to: &writer)
        try PFKeyPolicy(type: UInt16(IPSEC_POLICY_DISCARD), direction: direction.rawValue).write(to: &writer)
    }
}

extension PolicyIdentity {
    /// PF_KEY has no marks, interface ids and devices: without its own, another policy would be meant.
    fileprivate func requireNoBinding() throws(WireError) {
        guard !isBound else { throw WireError(.value(field: "a binding", 0), at: 0) }
    }
}

extension Selector {
    func write(to writer: inout WireWriter) throws(WireError) {
        try PFKeyAddress(source, port: sourcePort, nextLayer: nextLayer).write(.source, to: &writer)
        try PFKeyAddress(destination, port: destinationPort, nextLayer: nextLayer).write(.destination, to: &writer)
    }
}
