internal import IPsec

/// The SPD of the simulated kernel: policies in the order of insertion, found by what names them and by index.
struct SimulatedSPD: Sendable {
    typealias Handle = OrderedTable<SimulatedPolicy>.Handle

    private(set) var table = OrderedTable<SimulatedPolicy>()
    private var byIdentity: [PolicyIdentity: Handle] = [:]
    /// Those that PF_KEY cannot name.
    private var byName: [XFRMPolicyName: Handle] = [:]
    private var byIndex: [PolicyIndex: Handle] = [:]
    /// The next index, without the direction (kernel-facts 4).
    private var indexGenerator: UInt32 = 0
    /// How often each reqid of the kernel's own is in use.
    private var reqIDUse: [UInt32: Int] = [:]
    private var lastReqID = ReqID.manualMaximum

    /// How many policies there are, per-socket ones included.
    var count: Int { table.count }

    subscript(handle: Handle) -> SimulatedPolicy? {
        _read { yield table[handle] }
        _modify { yield &table[handle] }
    }

    func find(_ identity: PolicyIdentity) -> Handle? { byIdentity[identity] }

    /// The policy of that name, whichever door it came by.
    func find(_ name: XFRMPolicyName) -> Handle? { name.plain.map(find) ?? byName[name] }

    /// The policy that has the name of this one.
    func find(_ policy: SimulatedPolicy) -> Handle? { policy.xfrm.map { find($0.name) } ?? find(policy.identity) }

    func find(index: PolicyIndex) -> Handle? { byIndex[index] }

    /// Inserts as the newest, and gives it an index if it has none.
    mutating func insert(_ policy: SimulatedPolicy) -> Handle {
        var policy = policy
        // A number that is taken is not given twice.
        if policy.index.rawValue == 0 || byIndex[policy.index] != nil {
            policy.index = drawIndex(policy.identity.direction)
        }
        let handle = table.insert(policy)
        // Per-socket policies are found by nothing.
        guard !policy.identity.direction.isPerSocket else { return handle }
        if policy.isNamedByPFKey { byIdentity[policy.identity] = handle }
        if let name = policy.xfrm?.name, !policy.isNamedByPFKey { byName[name] = handle }
        byIndex[policy.index] = handle
        for transform in policy.transforms { reqIDUse[transform.level.reqID.rawValue, default: 0] += 1 }
        return handle
    }

    /// Takes a policy out and gives it back.
    mutating func remove(_ handle: Handle) -> SimulatedPolicy? {
        guard let policy = table.remove(handle) else { return nil }
        guard !policy.identity.direction.isPerSocket else { return policy }
        if policy.isNamedByPFKey { byIdentity[policy.identity] = nil }
        if let name = policy.xfrm?.name, !policy.isNamedByPFKey { byName[name] = nil }
        byIndex[policy.index] = nil
        for transform in policy.transforms { forget(transform.level.reqID.rawValue) }
        return policy
    }

    /// A reqid above the manual ones that no policy has (kernel-facts K11).
    mutating func drawReqID() -> ReqID {
        repeat {
            lastReqID = lastReqID == .max ? ReqID.manualMaximum + 1 : lastReqID + 1
        } while reqIDUse[lastReqID] != nil
        return ReqID(rawValue: lastReqID)
    }

    private mutating func forget(_ reqID: UInt32) {
        let left = (reqIDUse[reqID] ?? 0) - 1
        reqIDUse[reqID] = left > 0 ? left : nil
    }

    /// Step 8, the direction in the lowest three bits; 0 is no index, and becomes 8.
    private mutating func drawIndex(_ direction: Direction) -> PolicyIndex {
        while true {
            let candidate = indexGenerator | UInt32(direction.rawValue - 1)
            indexGenerator &+= 8
            let index = PolicyIndex(rawValue: candidate == 0 ? 8 : candidate)
            if byIndex[index] == nil { return index }
        }
    }
}
