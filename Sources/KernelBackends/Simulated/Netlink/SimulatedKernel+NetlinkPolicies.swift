internal import IPsec

// NEWPOLICY, UPDPOLICY, DELPOLICY, GETPOLICY and FLUSHPOLICY (xfrm-facts 2.2, B1).

extension SimulatedKernel {
    /// How many bytes `xfrm_userpolicy_id` has.
    private static let referenceByteCount = 64

    /// - Parameter replacing: whether a policy of the same name gives way (UPDPOLICY); it is refused otherwise.
    mutating func newPolicy(_ request: ReceivedXFRMRequest, replacing: Bool) throws(XFRMRefusal) {
        let policy = try SimulatedPolicy(request, release: release)
        try refusing { () throws(KernelErrno) in
            try insert(policy, replacing: replacing, by: Change(request.header))
        }
    }

    /// - Parameter requester: who is told of it; `nil` to delete it.
    mutating func deleteOrGetPolicy(
        _ request: ReceivedXFRMRequest, for requester: SocketID?
    ) throws(XFRMRefusal) {
        let bytes = try request.fixedPart(byteCount: Self.referenceByteCount)
        let attributes = try request.attributes(behind: Self.referenceByteCount, release: release)
        try SimulatedPolicy.checkType(attributes)
        try SimulatedPolicy.checkDirection(bytes[60])
        let index = XFRMAttributes.number(bytes, at: 56)
        var reader = WireReader(bytes.span)
        guard let selector = try? XFRMSelector(from: &reader) else { throw XFRMRefusal(.invalidArgument) }
        let wanted = XFRMPolicyName(direction: bytes[60], selector: selector, attributes)
        let found = index == 0 ? policies.find(wanted) : find(index, as: wanted)
        guard let handle = found, let policy = policies[handle] else { throw XFRMRefusal(.noEntry) }
        guard let requester else {
            removePolicy(handle)
            return tell(
                .deleted, of: policy, isByIndex: index != 0, references: 1, by: Change(request.header))
        }
        guard let socket = self.index(of: requester) else { return }
        answer(.newPolicy, sequence: request.header.sequence, toSocketAt: socket) { writer throws(WireError) in
            try policy.writeXFRM(to: &writer)
        }
    }

    /// By number the selector does not count; direction, table, mark and interface id do.
    private func find(_ index: UInt32, as wanted: XFRMPolicyName) -> SimulatedSPD.Handle? {
        guard let handle = policies.find(index: PolicyIndex(rawValue: index)), index & 7 == UInt32(wanted.direction)
        else { return nil }
        let name = policies[handle]?.xfrm?.name
        let isWanted =
            name?.mark ?? .none == wanted.mark && name?.interfaceID ?? 0 == wanted.interfaceID
            && name?.isSub ?? false == wanted.isSub
        return isWanted ? handle : nil
    }

    /// Without a type it is the main table, marks and interface ids included (xfrm-facts 2.2).
    mutating func flushXFRMPolicies(_ request: ReceivedXFRMRequest) throws(XFRMRefusal) {
        let attributes = try request.attributes(behind: 0, release: release)
        try SimulatedPolicy.checkType(attributes)
        let isSub = attributes[.policyType]?.first == 1
        guard removePolicies(isSub: isSub) else { return }
        tellFlushOfPolicies(isSub: isSub, by: Change(request.header))
    }
}
