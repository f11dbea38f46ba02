internal import IPsec

// DUMP and SPDDUMP (kernel-facts 3.1, 3.2): as many records as the socket has room for, one held back, the rest as the
// reader makes room; the last one has sequence number 0.

extension SimulatedKernel {
    mutating func startDump(_ message: PFKeyDatagram, ofSocketAt index: Int) throws(KernelErrno) {
        guard sockets[index].dump == nil else { throw .busy }
        let walk: SimulatedDump.Walk =
            if message.header.type == .dump {
                .associations(next: associations.table.newest, try AssociationFilter(message))
            } else {
                .policies(next: policies.table.newest)
            }
        let header = PFKeyHeader(
            type: message.header.type, saType: .unspecified, sequence: 0, processID: message.header.processID)
        sockets[index].dump = SimulatedDump(header: header, walk: walk, fault: fault)
        if let errno = continueDump(ofSocketAt: index) { throw errno }
    }

    /// Makes records until the socket is full or the walk is over.
    ///
    /// - Returns: what `send` answers when it is the one that gets here: `ENOENT` for an empty dump, `EINVAL` for one
    ///   that ends early.
    mutating func continueDump(ofSocketAt index: Int) -> KernelErrno? {
        guard var dump = sockets[index].dump else { return nil }
        let outerFault = fault
        fault = dump.fault
        defer { fault = outerFault }

        var failure: KernelErrno?
        do throws(KernelErrno) {
            while try makeRecord(of: &dump, socketAt: index) {}
        } catch {
            failure = error
        }
        let isOver = failure != nil || dump.isAtEnd
        guard isOver, dump.held == nil || sockets[index].mayDump else {
            sockets[index].dump = dump
            return nil
        }
        sockets[index].dump = nil
        if let last = dump.last(failure) { deliver(last, to: .one(sockets[index].id)) }
        return failure ?? (dump.count == 0 ? .noEntry : nil)
    }

    /// Makes the next record, and sends the one before it.
    ///
    /// - Returns: whether to go on: there is room, and the walk is not over.
    private mutating func makeRecord(
        of dump: inout SimulatedDump, socketAt index: Int
    ) throws(KernelErrno) -> Bool {
        let record: [UInt8]
        switch dump.walk {
        case .associations(let next, let filter):
            guard let handle = firstMatch(from: next, filter), let association = associations[handle] else {
                dump.walk = .associations(next: nil, filter)
                return false
            }
            dump.walk = .associations(next: handle, filter)
            guard sockets[index].mayDump else { return false }
            var header = dump.nextHeader
            header.saType = PFKeySAType(association.ipsecProtocol)
            record = try header.message { writer throws(WireError) in try association.write(to: &writer) }
            dump.walk = .associations(next: associations.table.older(than: handle), filter)
        case .policies(let next):
            guard let handle = next, let policy = policies[handle], sockets[index].mayDump else { return false }
            guard !policy.isInexpressible else { throw .invalidArgument }
            var header = dump.nextHeader
            header.reserved = references(of: policy)
            record = try policy.message(header)
            dump.walk = .policies(next: policies.table.older(than: handle))
        }
        if let held = dump.held { deliver(held, to: .one(sockets[index].id)) }
        dump.held = record
        dump.count += 1
        return true
    }

    private func firstMatch(
        from start: SimulatedSAD.Handle?, _ filter: AssociationFilter
    ) -> SimulatedSAD.Handle? {
        var next = start
        while let handle = next {
            if let association = associations[handle], filter.matches(association) { return handle }
            next = associations.table.older(than: handle)
        }
        return nil
    }
}

extension SimulatedDump {
    fileprivate var isAtEnd: Bool {
        switch walk {
        case .associations(let next, _): next == nil
        case .policies(let next): next == nil
        }
    }

    /// The records count from 1; the request's own number is not told.
    fileprivate var nextHeader: PFKeyHeader {
        var header = header
        header.sequence = count + 1
        return header
    }

    /// The record held back as the last one: sequence number 0, and the errno's byte, truncated from a negative number.
    fileprivate func last(_ failure: KernelErrno?) -> [UInt8]? {
        guard var message = held else { return nil }
        if let failure { message[2] = UInt8(truncatingIfNeeded: -failure.rawValue) }
        message.replaceSubrange(8..<12, with: [0, 0, 0, 0])
        return message
    }
}
