internal import CLinux
internal import IPsec

// SPDADD, SPDUPDATE, SPDSETIDX and SPDDELETE: what a message says of a policy (kernel-facts 1.2, 1.3, 6).

extension PolicyIdentity {
    /// Reads direction and selector.
    ///
    /// - Throws: `EINVAL` where an extension is missing or the direction is none.
    init(_ message: PFKeyDatagram) throws(KernelErrno) {
        let (source, destination) = try message.ends()
        guard let policy = message.policy, let direction = Direction(rawValue: policy.direction), !direction.isPerSocket
        else { throw .invalidArgument }
        // Only the destination's protocol counts, and 0 is any.
        let nextLayer = destination.nextLayer.rawValue == 0 ? .any : destination.nextLayer
        self.init(
            direction: direction,
            selector: Selector(
                source: source.prefix, destination: destination.prefix, nextLayer: nextLayer,
                sourcePort: source.port, destinationPort: destination.port))
    }
}

extension SimulatedPolicy {
    /// The transforms that one policy can have (`XFRM_MAX_DEPTH`).
    static let maximalTransformCount = 6

    /// Reads the policy of an SPDADD, SPDUPDATE or SPDSETIDX.
    ///
    /// - Parameter drawReqID: draws a reqid for a transform that wants a unique one without naming a usable one.
    /// - Throws: the errno of the answer.
    init(_ message: PFKeyDatagram, drawReqID: () -> ReqID) throws(KernelErrno) {
        identity = try PolicyIdentity(message)
        guard let policy = message.policy, Int(policy.type) <= IPSEC_POLICY_IPSEC else { throw .invalidArgument }
        priority = policy.priority
        limits = message.limits.inKernel
        switch Int(policy.type) {
        case IPSEC_POLICY_DISCARD: action = .block
        case IPSEC_POLICY_NONE: action = .allow([])
        default:
            var transforms: [Transform] = []
            for transform in policy.transforms {
                guard transforms.count < Self.maximalTransformCount else { throw .tooManyLinks }
                transforms.append(try transform.inKernel(identity.direction, drawReqID: drawReqID))
            }
            action = .allow(transforms)
        }
    }
}

extension Transform {
    /// What the kernel takes as a template: AH, ESP, IPComp, routing header, destination options.
    private static let protocolNumbers: Set<UInt8> = [51, 50, 108, 43, 60]

    /// The transform as the kernel keeps it: tunnel ends without ports and only for a tunnel, `default` as `require`,
    /// a reqid above the manual ones replaced (kernel-facts 4).
    fileprivate func inKernel(_ direction: Direction, drawReqID: () -> ReqID) throws(KernelErrno) -> Transform {
        guard (Mode.transport.rawValue...Mode.beet.rawValue).contains(mode.rawValue),
            Self.protocolNumbers.contains(nextLayer.rawValue)
        else { throw .invalidArgument }
        let stored: TransformLevel
        switch level {
        case .use:
            guard mode == .transport || direction != .outbound else { throw .invalidArgument }
            stored = .use
        case .unique(let wanted):
            let isUsable = wanted != .none && wanted.rawValue <= ReqID.manualMaximum
            stored = .unique(isUsable ? wanted : drawReqID())
        case .default, .require: stored = .require
        }
        guard mode == .tunnel else {
            return Transform(nextLayer: nextLayer, mode: mode, endpoints: nil, level: stored)
        }
        guard let endpoints else { throw .invalidArgument }
        return Transform(
            nextLayer: nextLayer, mode: mode,
            endpoints: Endpoints(source: endpoints.source, destination: endpoints.destination), level: stored)
    }
}
