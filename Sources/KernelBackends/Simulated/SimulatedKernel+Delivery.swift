internal import IPsec

// Who gets a message (kernel-facts 1.2, 2), and what sockets are told of themselves: REGISTER and X_PROMISC.

extension SimulatedKernel {
    /// Who gets a message, besides promiscuous sockets, which get every message once more.
    enum Audience {
        case one(SocketID)
        case all
        /// Registered sockets, and the one that asks in any case.
        case registered(and: SocketID?)
        /// Nobody else.
        case promiscuous
    }

    mutating func deliver(_ message: [UInt8], to audience: Audience) {
        for index in sockets.indices {
            let socket = sockets[index].id
            if sockets[index].isPromiscuous { enqueue(message, toSocketAt: index) }
            let isReceiver =
                switch audience {
                case .one(let receiver): receiver == socket
                case .all: sockets[index].netlink == nil
                case .registered(let requester): sockets[index].isRegistered || requester == socket
                case .promiscuous: false
                }
            if isReceiver { enqueue(message, toSocketAt: index) }
        }
    }

    mutating func enqueue(_ message: [UInt8], toSocketAt index: Int) {
        guard let fault else {
            return sockets[index].enqueue(message, cost: release.cost(ofMessage: message.count))
        }
        let receiver = sockets[index].netlink?.owner ?? sockets[index].id
        guard let altered = fault.deliver(message, receiver) else { return }
        sockets[index].enqueue(altered, cost: release.cost(ofMessage: altered.count))
    }

    /// REGISTER: the algorithms, to the requester and to every registered socket.
    mutating func register(_ message: PFKeyDatagram, socketAt index: Int) throws(KernelErrno) {
        let saType = message.header.saType
        guard saType.rawValue <= PFKeySAType.maximum.rawValue else { throw .invalidArgument }
        if saType != .unspecified {
            let bit = UInt16(1) << UInt16(saType.rawValue)
            guard sockets[index].registrations & bit == 0 else { throw .exists }
            sockets[index].registrations |= bit
        }
        var header = message.header
        header.errorNumber = 0
        let answer = try header.message { writer throws(WireError) in
            try PFKeySupportedAlgorithm.write(SimulatedCrypto.registeredIntegrity, .supportedIntegrity, to: &writer)
            try PFKeySupportedAlgorithm.write(SimulatedCrypto.registeredEncryption, .supportedEncryption, to: &writer)
        }
        deliver(answer, to: .registered(and: sockets[index].id))
    }

    /// X_PROMISC: a bare one sets the state, and any goes to everybody as it is.
    mutating func setPromiscuous(_ request: ReceivedRequest, socketAt index: Int) throws(KernelErrno) {
        guard request.isBare else { return deliver(request.bytes, to: .all) }
        guard request.header.saType.rawValue <= 1 else { throw .invalidArgument }
        sockets[index].isPromiscuous = request.header.saType.rawValue == 1
        deliver(request.bareAnswer(), to: .all)
    }

    /// FLUSH and SPDFLUSH: the requester always gets an echo, everybody a message if something has gone.
    mutating func answerFlush(_ request: ReceivedRequest, for requester: SocketID, hasFlushed: Bool) {
        deliver(request.bareAnswer(), to: .one(requester))
        if hasFlushed { deliver(request.bareAnswer(), to: .all) }
    }
}
