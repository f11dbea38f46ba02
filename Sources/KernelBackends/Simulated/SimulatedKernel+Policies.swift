internal import IPsec

// SPDADD, SPDUPDATE, SPDSETIDX, SPDDELETE, SPDDELETE2, SPDGET and SPDFLUSH (kernel-facts 1.2, 4, 6).

extension SimulatedKernel {
    /// - Parameter replacing: whether a policy of the same name gives way (SPDUPDATE); it is refused otherwise.
    mutating func insertPolicy(_ message: PFKeyDatagram, replacing: Bool) throws(KernelErrno) {
        // A reqid that is drawn for a policy then refused is not drawn again.
        var policy = try SimulatedPolicy(message) { policies.drawReqID() }
        if let present = policies.find(policy.identity) {
            guard replacing else { throw .exists }
            policy.index = removePolicy(present)?.index ?? PolicyIndex(rawValue: 0)
        }
        policy.current.addTime = now.seconds
        policy.insertion = now
        let handle = policies.insert(policy)
        if policy.limits.hasTime { setTimer(of: handle, at: now.advanced(bySeconds: 1)) }
        guard let inserted = policies[handle] else { return }
        announce(inserted, replacing ? .spdUpdate : .spdAdd, message.header, references: references(of: inserted) + 1)
    }

    mutating func deletePolicy(_ message: PFKeyDatagram) throws(KernelErrno) {
        guard let handle = policies.find(try PolicyIdentity(message)), let policy = removePolicy(handle) else {
            throw .noEntry
        }
        announce(policy, .spdDelete, message.header, references: 1)
    }

    mutating func deletePolicyByIndex(_ message: PFKeyDatagram) throws(KernelErrno) {
        let handle = try findPolicy(message)
        guard let policy = removePolicy(handle) else { throw .noEntry }
        announce(policy, .spdDeleteByIndex, message.header, references: 1)
    }

    mutating func getPolicy(_ message: PFKeyDatagram, for requester: SocketID) throws(KernelErrno) {
        let handle = try findPolicy(message)
        guard let policy = policies[handle] else { throw .noEntry }
        try answer(policy, .spdGet, message.header, references: references(of: policy) + 1, to: .one(requester))
    }

    /// The policy of an index, whose lowest three bits tell the direction; the direction field is not looked at.
    private func findPolicy(_ message: PFKeyDatagram) throws(KernelErrno) -> SimulatedSPD.Handle {
        guard let index = message.policy?.index, index.rawValue & 7 <= 2 else { throw .invalidArgument }
        guard let handle = policies.find(index: index) else { throw .noEntry }
        return handle
    }

    /// Per-socket policies stay.
    mutating func flushPolicies(_ request: ReceivedRequest, for requester: SocketID) {
        var hasFlushed = false
        for handle in policies.table.handles where policies[handle]?.identity.direction.isPerSocket == false {
            removePolicy(handle)
            hasFlushed = true
        }
        answerFlush(request, for: requester, hasFlushed: hasFlushed)
    }

    /// Takes a policy out; dumps that stand on it step over it.
    @discardableResult
    mutating func removePolicy(_ handle: SimulatedSPD.Handle) -> SimulatedPolicy? {
        for index in sockets.indices {
            if case .policies(handle?)? = sockets[index].dump?.walk {
                sockets[index].dump?.walk = .policies(next: policies.table.older(than: handle))
            }
        }
        return policies.remove(handle)
    }

    /// The reference count that messages show in `sadb_msg_reserved`: the table's, and the timer's while it is set,
    /// which it is for the first second in any case.
    func references(of policy: SimulatedPolicy) -> UInt16 {
        policy.limits.hasTime || now < policy.insertion.advanced(bySeconds: 1) ? 2 : 1
    }

    private mutating func announce(
        _ policy: SimulatedPolicy, _ type: PFKeyMessageType, _ request: PFKeyHeader, references: UInt16
    ) {
        // A message that cannot be made is not sent; the deed stands.
        try? answer(policy, type, request, references: references, to: .all)
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
