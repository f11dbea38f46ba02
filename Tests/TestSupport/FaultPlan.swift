package import IPsec
package import KernelBackends

/// What goes wrong in a simulated kernel, and when: rules that are looked up for every request that reaches it.
package struct FaultPlan: Sendable {
    /// Nothing goes wrong.
    package static let none = FaultPlan()

    /// One rule: which requests it strikes, and how.
    package struct Fault: Sendable {
        /// The type of request; `nil` strikes every type.
        package let messageType: PFKeyMessageType?
        /// Which requests of that type, counted from 1 since the rule was set; `nil` strikes all.
        package let occurrences: ClosedRange<Int>?
        package let effect: Effect

        package init(_ effect: Effect, on messageType: PFKeyMessageType? = nil, occurrences: ClosedRange<Int>? = nil) {
            self.effect = effect
            self.messageType = messageType
            self.occurrences = occurrences
        }
    }

    /// What a fault does.
    package enum Effect: Sendable {
        /// `send` itself fails; nothing is done.
        case failSend(KernelErrno)
        /// The answer is this errno; nothing is done.
        case refuse(KernelErrno)
        /// It is done, and no message about it reaches the requester.
        case loseAnswers
        /// It is done, and no message about it reaches the other sockets.
        case loseBroadcasts
        /// It is done, and every message about it carries bytes drawn from `seed` instead of its own.
        case garble(seed: UInt64)
        /// A dump of XFRM finds no memory after so many datagrams: it does not go on, and does not end.
        case exhaustDump(afterDatagrams: Int)
        /// It is done, and every message about an SA tells it under another SPI.
        case renumber
        /// It is done, and every message about it ends early, its length field untouched.
        case truncate(toByteCount: Int)
    }

    private var faults: [(fault: Fault, seen: Int)] = []

    package init(_ faults: [Fault] = []) {
        self.faults = faults.map { ($0, 0) }
    }

    /// A kernel that refuses every call.
    package static func refusingEverything(with errno: KernelErrno = .operationNotPermitted) -> FaultPlan {
        FaultPlan([Fault(.refuse(errno))])
    }

    /// A kernel that answers garbage, the same for the same seed.
    package static func answeringGarbage(seed: UInt64) -> FaultPlan {
        FaultPlan([Fault(.garble(seed: seed))])
    }

    /// The effects that strike a request of `messageType`, which is counted.
    private mutating func effects(on messageType: PFKeyMessageType) -> [Effect] {
        var effects: [Effect] = []
        for index in faults.indices where faults[index].fault.messageType ?? messageType == messageType {
            faults[index].seen += 1
            if faults[index].fault.occurrences?.contains(faults[index].seen) ?? true {
                effects.append(faults[index].fault.effect)
            }
        }
        return effects
    }
}

extension FaultPlan: FaultSource {
    package mutating func fault(
        on messageType: PFKeyMessageType, from requester: SimulatedKernel.SocketID
    ) -> RequestFault? {
        let effects = effects(on: messageType)
        guard !effects.isEmpty else { return nil }
        var fault = RequestFault { message, receiver in
            effects.reduce(Optional(message)) { $1.deliver($0, isAnswer: receiver == requester) }
        }
        for effect in effects {
            switch effect {
            case .failSend(let errno): fault.sendFailure = fault.sendFailure ?? errno
            case .refuse(let errno): fault.refusal = fault.refusal ?? errno
            case .exhaustDump(let datagrams): fault.dumpLimit = datagrams
            default: break
            }
        }
        return fault
    }
}

extension FaultPlan.Effect {
    /// What becomes of a message on its way; `nil` when it is lost.
    ///
    /// - Parameter isAnswer: whether it goes to the requester.
    fileprivate func deliver(_ message: [UInt8]?, isAnswer: Bool) -> [UInt8]? {
        guard let message else { return nil }
        switch self {
        case .loseAnswers: return isAnswer ? nil : message
        case .loseBroadcasts: return isAnswer ? message : nil
        case .garble(let seed):
            var random = SplitMix(seed: seed)
            return message.map { _ in UInt8.random(in: 0...255, using: &random) }
        case .truncate(let byteCount): return Array(message.prefix(byteCount))
        case .renumber: return Self.renumbered(message)
        case .failSend, .refuse, .exhaustDump: return message
        }
    }
}

extension FaultPlan.Effect {
    /// The message with another SPI: that of `sadb_sa`, its first extension, or of `xfrm_usersa_info`.
    private static func renumbered(_ message: [UInt8]) -> [UInt8] {
        let isNetlink =
            message.count >= 16 + 224
            && NetlinkHeader(ofMessage: message.span).map { $0.type == .newSA || $0.type == .updateSA } == true
        let offset = isNetlink ? 16 + 72 : 16 + 4
        guard message.count > offset + 3, isNetlink || message[18] == 1 else { return message }
        var message = message
        message[offset + 3] ^= 1
        return message
    }
}

extension SimulatedKernel {
    /// What goes wrong.
    package var faults: FaultPlan {
        get { faultSource as? FaultPlan ?? .none }
        set { faultSource = newValue }
    }
}
