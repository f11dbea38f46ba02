internal import IPsec

// SPDADD, SPDUPDATE, SPDSETIDX, SPDDELETE, SPDDELETE2, SPDGET and SPDFLUSH (kernel-facts 1.2, 4, 6).

extension SimulatedKernel {
    /// - Parameter replacing: whether a policy of the same name gives way (SPDUPDATE); it is refused otherwise.
    mutating func insertPolicy(_ message: PFKeyDatagram, replacing: Bool) throws(KernelErrno) {
        // A reqid that is drawn for a policy then refused is not drawn again.
        let policy = try SimulatedPolicy(message) { policies.drawReqID() }
        try insert(policy, replacing: replacing, by: Change(message.header))
    }

    /// Inserts a policy, or puts it into the place of one of its name, and tells it.
    mutating func insert(
        _ policy: SimulatedPolicy, replacing: Bool, by change: Change
    ) throws(KernelErrno) {
        var policy = policy
        if let present = policies.find(policy) {
            guard replacing else { throw .exists }
            policy.index = removePolicy(present)?.index ?? PolicyIndex(rawValue: 0)
        }
        policy.current.addTime = now.seconds
        policy.insertion = now
        let handle = policies.insert(policy)
        if policy.limits.hasTime { setTimer(of: handle, at: now.advanced(bySeconds: 1)) }
        guard let inserted = policies[handle] else { return }
        tell(
            replacing ? .updated : .added, of: inserted, references: references(of: inserted) + 1, by: change)
    }

    mutating func deletePolicy(_ message: PFKeyDatagram) throws(KernelErrno) {
        guard let handle = policies.find(try PolicyIdentity(message)), let policy = removePolicy(handle) else {
            throw .noEntry
        }
        tell(.deleted, of: policy, references: 1, by: Change(message.header))
    }

    mutating func deletePolicyByIndex(_ message: PFKeyDatagram) throws(KernelErrno) {
        let handle = try findPolicy(message)
        guard let policy = removePolicy(handle) else { throw .noEntry }
        tell(.deleted, of: policy, isByIndex: true, references: 1, by: Change(message.header))
    }

    mutating func getPolicy(_ message: PFKeyDatagram, for requester: SocketID) throws(KernelErrno) {
        let handle = try findPolicy(message)
        guard let policy = policies[handle] else { throw .noEntry }
        try answer(policy, .spdGet, message.header, references: references(of: policy) + 1, to: .one(requester))
    }

    /// The policy of an index, whose lowest three bits tell the direction; the direction field is not looked at.
    private func findPolicy(_ message: PFKeyDatagram) throws(KernelErrno) -> SimulatedSPD.Handle {
        guard let index = message.policy?.index, index.rawValue & 7 <= 2 else { throw .invalidArgument }
        guard let handle = policies.find(index: index), policies[handle]?.isNamedByPFKey == true else {
            throw .noEntry
        }
        return handle
    }

    /// Per-socket policies stay.
    mutating func flushPolicies(_ request: ReceivedRequest, for requester: SocketID) {
        let hasFlushed = removePolicies()
        answerFlush(request, for: requester, hasFlushed: hasFlushed)
        if hasFlushed { tellXFRMFlushOfPolicies(by: Change(request.header)) }
    }

    /// Takes out all policies of a table; those of sockets stay.
    ///
    /// - Returns: whether there were any.
    mutating func removePolicies(isSub: Bool = false) -> Bool {
        var hasFlushed = false
        for handle in policies.table.handles {
            guard let policy = policies[handle], !policy.identity.direction.isPerSocket,
                policy.xfrm?.name.isSub ?? false == isSub
            else { continue }
            removePolicy(handle)
            hasFlushed = true
        }
        return hasFlushed
    }

    /// Takes a policy out; dumps that stand on it step over it.
    @discardableResult
    mutating func removePolicy(_ handle: SimulatedSPD.Handle) -> SimulatedPolicy? {
        for index in sockets.indices {
            if case .policies(handle?)? = sockets[index].dump?.walk {
                sockets[index].dump?.walk = .policies(next: policies.table.older(than: handle))
            }
            if case .policies(handle?)? = sockets[index].netlink?.dump?.walk {
                sockets[index].netlink?.dump?.walk = .policies(next: policies.table.older(than: handle))
            }
        }
        return policies.remove(handle)
    }

    /// The reference count that messages show in `sadb_msg_reserved`: the table's, and the timer's while it is set,
    /// which it is for the first second in any case.
    func references(of policy: SimulatedPolicy) -> UInt16 {
        policy.limits.hasTime || now < policy.insertion.advanced(bySeconds: 1) ? 2 : 1
    }

    private mutating func answer(
        _ policy: SimulatedPolicy, _ type: PFKeyMessageType, _ request: PFKeyHeader, references: UInt16,
        to audience: Audience
    ) throws(KernelErrno) {
        guard !policy.isInexpressible else { throw .invalidArgument }
        var header = PFKeyHeader(
            type: type, saType: .unspecified, sequence: request.sequence, processID: request.processID)
        header.reserved = references
        deliver(try policy.message(header), to: audience)
    }
}
