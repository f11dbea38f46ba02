package import IPsec

/// What goes wrong, and when: rules that are looked up for every request that reaches the simulated kernel.
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
    mutating func effects(on messageType: PFKeyMessageType) -> [Effect] {
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

extension FaultPlan {
    /// The faults of the request that is being worked on, and who sent it.
    struct Strike: Sendable {
        let requester: SimulatedKernel.SocketID
        let effects: [Effect]

        /// What becomes of a message on its way to `receiver`; `nil` when it is lost.
        func deliver(_ message: [UInt8], to receiver: SimulatedKernel.SocketID) -> [UInt8]? {
            var message = message
            for effect in effects {
                switch effect {
                case .loseAnswers where receiver == requester: return nil
                case .loseBroadcasts where receiver != requester: return nil
                case .garble(let seed):
                    var random = SeededRandom(seed: seed)
                    for index in message.indices { message[index] = UInt8.random(in: 0...255, using: &random) }
                case .truncate(let byteCount): message = Array(message.prefix(byteCount))
                default: break
                }
            }
            return message
        }
    }
}
