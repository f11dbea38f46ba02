internal import IPsec

// GETSPI, ADD, UPDATE, DELETE, GET, FLUSH and a user's ACQUIRE (kernel-facts 1.2, 1.3, 7).

extension SimulatedKernel {
    /// The SPIs that GETSPI draws from when the request names none.
    private static let defaultSPIRange = PFKeySPIRange(minimum: 0x100, maximum: 0x0fff_ffff)

    mutating func add(_ message: PFKeyDatagram) throws(KernelErrno) {
        try insertNew(try SimulatedAssociation(message, release: release), by: Change(message.header))
    }

    /// Inserts an SA that nobody has, and tells it.
    mutating func insertNew(_ association: SimulatedAssociation, by change: Change) throws(KernelErrno) {
        guard associations.find(association.identity, mark: association.mark) == nil else { throw .exists }
        var association = association
        association.current.addTime = now.seconds
        if let larval = waiting(for: association) { removeAssociation(larval) }
        insert(association)
        tell(.added, of: association, by: change)
    }

    /// The larval SA whose place an added SA takes, without a word to anybody.
    private func waiting(for association: SimulatedAssociation) -> SimulatedSAD.Handle? {
        if association.sequence != 0, let handle = associations.findWaiting(sequence: association.sequence),
            let larval = associations[handle], larval.ipsecProtocol == association.ipsecProtocol,
            larval.destination == association.destination
        {
            return handle
        }
        return associations.findWaiting(LarvalKey(association))
    }

    mutating func update(_ message: PFKeyDatagram) throws(KernelErrno) {
        try replace(with: try SimulatedAssociation(message, release: release), by: Change(message.header))
    }

    /// Puts an SA into the place of a larval one, or changes of a mature one what can be changed; and tells it.
    mutating func replace(with association: SimulatedAssociation, by change: Change) throws(KernelErrno) {
        var association = association
        association.current.addTime = now.seconds
        guard let handle = associations.find(association.identity, mark: association.mark),
            let present = associations[handle]
        else { throw .noSuchProcess }
        // Since 6.10 an SA with a direction is another one.
        guard
            release == .linux6_1 || present.state == .larval
                || present.xfrm?[.direction] == association.xfrm?[.direction]
        else { throw .noSuchProcess }
        switch present.state {
        case .larval:
            removeAssociation(handle)
            insert(association)
        case .mature, .dying:
            try alter(handle, as: association)
            // What is told is what was asked for, as an SA that was never inserted.
            association.state = .dead
        case .refused, .dead: throw .invalidArgument
        }
        tell(.updated, of: association, by: change)
    }

    /// Changes of a mature SA what UPDATE can change: lifetimes, and the ports of the same encapsulation.
    private mutating func alter(
        _ handle: SimulatedSAD.Handle, as wanted: SimulatedAssociation
    ) throws(KernelErrno) {
        guard associations[handle]?.encapsulation?.type == wanted.encapsulation?.type else { throw .invalidArgument }
        associations[handle]?.encapsulation = wanted.encapsulation
        let changed = associations[handle]?.xfrm?.changed(as: wanted.xfrm)
        associations[handle]?.xfrm = changed
        associations[handle]?.limits = wanted.limits
        associations[handle]?.state = .mature
        setTimer(of: handle, inSeconds: 1)
    }

    mutating func delete(_ message: PFKeyDatagram) throws(KernelErrno) {
        let handle = try find(message)
        guard var association = removeAssociation(handle) else { throw .noSuchProcess }
        association.state = .dead
        tell(.deleted, of: association, by: Change(message.header))
    }

    mutating func get(_ message: PFKeyDatagram, for requester: SocketID) throws(KernelErrno) {
        let handle = try find(message)
        guard let association = associations[handle] else { throw .noSuchProcess }
        try answer(association, .get, message.header, to: .one(requester))
    }

    /// The SA that DELETE or GET names. The source must be there, and is not looked at (kernel-facts K7).
    private func find(_ message: PFKeyDatagram) throws(KernelErrno) -> SimulatedSAD.Handle {
        guard let association = message.association else { throw .invalidArgument }
        let (_, destination) = try message.ends()
        guard let ipsecProtocol = message.header.saType.ipsecProtocol,
            let handle = associations.find(
                SAIdentity(
                    destination: destination.address, ipsecProtocol: ipsecProtocol, spi: association.spi))
        else { throw .noSuchProcess }
        return handle
    }

    mutating func flush(_ request: ReceivedRequest, for requester: SocketID) throws(KernelErrno) {
        let ipsecProtocol = request.header.saType.ipsecProtocol
        guard request.header.saType == .unspecified || ipsecProtocol != nil else { throw .invalidArgument }
        let hasFlushed = removeAssociations(of: ipsecProtocol)
        answerFlush(request, for: requester, hasFlushed: hasFlushed)
        if hasFlushed { tellXFRMFlush(of: ipsecProtocol?.rawValue ?? .max, by: Change(request.header)) }
    }

    /// Takes out all SAs of a protocol, or all.
    ///
    /// - Returns: whether there were any.
    mutating func removeAssociations(of ipsecProtocol: IPsecProtocol?) -> Bool {
        var hasFlushed = false
        for handle in associations.table.handles
        where ipsecProtocol == nil || associations[handle]?.ipsecProtocol == ipsecProtocol {
            removeAssociation(handle)
            hasFlushed = true
        }
        return hasFlushed
    }

    /// A user's ACQUIRE: a bare header with an errno says that the SA asked for will not come. Never answered.
    mutating func refuseAcquire(_ request: ReceivedRequest) throws(KernelErrno) {
        guard request.isBare else { throw .operationUnsupported }
        guard request.header.errorNumber != 0,
            let handle = associations.findWaiting(sequence: request.header.sequence)
        else { return }
        associations.refuse(handle)
    }

    // MARK: GETSPI

    mutating func reserveSPI(_ message: PFKeyDatagram, for requester: SocketID) throws(KernelErrno) {
        let (source, destination) = try message.ends()
        let association2 = message.association2
        let mode = association2?.mode ?? .any
        guard let ipsecProtocol = message.header.saType.ipsecProtocol, mode.rawValue <= Mode.beet.rawValue else {
            throw .invalidArgument
        }
        var larval = makeLarval(from: source.address, to: destination.address, ipsecProtocol)
        larval.mode = mode.inKernel
        larval.reqID = association2?.reqID ?? .none
        let reserved = try reserve(
            larval, in: message.spiRange ?? Self.defaultSPIRange, sequence: message.header.sequence)
        try answer(reserved, .getSPI, message.header, to: .one(requester))
    }

    /// Gives a larval SA, or the one that waits already, an SPI of the range.
    mutating func reserve(
        _ larval: SimulatedAssociation, in range: PFKeySPIRange, sequence: UInt32
    ) throws(KernelErrno) -> SimulatedAssociation {
        // Where no SPI can be had, the larval SA without one stays.
        let handle = findOrInsert(larval, sequence: sequence)
        let spi = try drawSPI(for: larval.ipsecProtocol, in: range)
        if associations[handle]?.spi.rawValue == 0 {
            associations.reserve(spi, for: handle)
        }
        guard let reserved = associations[handle] else { throw .noEntry }
        return reserved
    }

    /// A larval SA as GETSPI and ACQUIRE make them; it selects what its ends are.
    func makeLarval(
        from source: IPAddress, to destination: IPAddress, _ ipsecProtocol: IPsecProtocol
    ) -> SimulatedAssociation {
        var larval = SimulatedAssociation(from: source, to: destination, ipsecProtocol, spi: SPI(rawValue: 0))
        larval.state = .larval
        larval.selector = PFKeyAddress(AddressPrefix(address: source))
        larval.limits.hard.addTime = Self.larvalSeconds
        larval.current.addTime = now.seconds
        return larval
    }

    private mutating func findOrInsert(_ larval: SimulatedAssociation, sequence: UInt32) -> SimulatedSAD.Handle {
        if sequence != 0, let handle = associations.findWaiting(sequence: sequence),
            associations[handle]?.destination == larval.destination
        {
            return handle
        }
        return associations.findWaiting(LarvalKey(larval)) ?? insertLarval(larval)
    }

    mutating func insertLarval(_ larval: SimulatedAssociation) -> SimulatedSAD.Handle {
        let handle = associations.insert(larval)
        setTimer(of: handle, inSeconds: Self.larvalSeconds)
        return handle
    }

    private mutating func drawSPI(
        for ipsecProtocol: IPsecProtocol, in range: PFKeySPIRange
    ) throws(KernelErrno) -> SPI {
        let (low, high) = (range.minimum, range.maximum)
        guard low <= high, ipsecProtocol != .ipcomp || high <= UInt32(UInt16.max) else { throw .invalidArgument }
        if high == 0 {
            guard release == .linux6_1 else { throw .noEntry }
            return SPI(rawValue: 0)
        }
        let range = max(low, 1)...high
        let taken = associations.spis(of: ipsecProtocol, in: range)
        guard taken.count < range.count else { throw .noEntry }
        var spi = UInt32.random(in: range, using: &random)
        while taken.contains(spi) { spi = spi == high ? range.lowerBound : spi + 1 }
        return SPI(rawValue: spi)
    }

    // MARK: The table and the news

    /// Inserts an SA and sets its timer.
    mutating func insert(_ association: SimulatedAssociation) {
        let handle = associations.insert(association)
        setTimer(of: handle, inSeconds: 1)
    }

    /// Takes an SA out; dumps that stand on it step over it.
    @discardableResult
    mutating func removeAssociation(_ handle: SimulatedSAD.Handle) -> SimulatedAssociation? {
        for index in sockets.indices {
            if case .associations(handle?, let filter)? = sockets[index].dump?.walk {
                sockets[index].dump?.walk = .associations(next: associations.table.older(than: handle), filter)
            }
            if case .associations(handle?, let filter)? = sockets[index].netlink?.dump?.walk {
                sockets[index].netlink?.dump?.walk = .associations(
                    next: associations.table.older(than: handle), ipsecProtocol: filter)
            }
        }
        return associations.remove(handle)
    }

    private mutating func answer(
        _ association: SimulatedAssociation, _ type: PFKeyMessageType, _ request: PFKeyHeader,
        to audience: Audience
    ) throws(KernelErrno) {
        let header = PFKeyHeader(
            type: type, saType: PFKeySAType(association.ipsecProtocol), sequence: request.sequence,
            processID: request.processID)
        deliver(try header.message { writer throws(WireError) in try association.write(to: &writer) }, to: audience)
    }
}
