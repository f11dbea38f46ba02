/// One message of a kernel, decoded: an answer to us, or news of what anybody did.
///
/// For changes the two are the same message: the answer to an ADD *is* the broadcast (kernel-facts 1.1), so every
/// event carries its origin, and ``Origin/request`` tells whether it answers a request of ours.
package struct KernelEvent: Sendable {
    /// Who caused it.
    package var origin: Origin
    /// What it says.
    package let content: Content
    /// What the kernel says of a refusal beside the errno; `nil` for nothing.
    package var words: KernelWords?
    /// The message that it came from, if somebody wants to see that; `nil` for what no message of the kernel said.
    package var message: ShownMessage?

    package init(origin: Origin, content: Content) {
        self.origin = origin
        self.content = content
    }

    /// Who wrote the request that this message follows from, as far as the kernel tells.
    package struct Origin: Hashable, Sendable {
        /// The request of ours that it answers, by its numbers: another process may have written the same. `nil` for
        /// news.
        package var request: RequestID?
        /// The process id that the requester wrote into its message: a claim, 0 for the kernel itself and for `ip`.
        package let processID: UInt32
        /// The sequence number, as the requester wrote it.
        package let sequence: UInt32

        package init(request: RequestID?, processID: UInt32, sequence: UInt32) {
            self.request = request
            self.processID = processID
            self.sequence = sequence
        }
    }

    /// What was said; two words and a tag, because events come by the thousand: what is larger is `indirect`.
    package enum Content: Sendable {
        /// A request of ours was refused; nothing changed. For a dump `ENOENT` means that there is nothing to dump,
        /// any other errno that the dump ended early and is incomplete.
        case refused(KernelErrno)
        /// ADD, UPDATE, DELETE or GET of an SA. An UPDATE of a mature SA shows what was asked, not what is
        /// (kernel-facts 0.3): get it.
        case association(Verb, SecurityAssociation)
        /// GETSPI has made a larval SA.
        case reservedSPI(SecurityAssociation)
        /// A lifetime of an SA has ended (EXPIRE; RFC 2367, 3.1.8). After the hard one the SA is gone, and no DELETE
        /// follows.
        case expired(SecurityAssociation, Hardness)
        /// Traffic found no SA (ACQUIRE; RFC 2367, 3.1.6).
        indirect case acquire(Acquire)
        /// All SAs of one protocol, or of all, are gone; no DELETE follows.
        case flushed(IPsecProtocol?)
        /// One record of a dump that we asked for; `isLast` ends it. An empty dump is ``refused(_:)`` with `ENOENT`.
        case dumped(SecurityAssociation, isLast: Bool)
        /// SPDADD, SPDUPDATE, SPDDELETE or SPDGET of a policy.
        case policy(Verb, SecurityPolicy)
        /// A lifetime of a policy has ended; after the hard one it is gone (POLEXPIRE of XFRM; PF_KEY does not tell).
        case policyExpired(SecurityPolicy, Hardness)
        /// All policies but the per-socket ones are gone.
        case policiesFlushed
        /// The directions in which packets that no policy matches are dropped, all at once; a record of a dump of the SPD,
        /// or because somebody has set one.
        case policyDefaults(blocked: Set<Direction>, isRecord: Bool)
        /// The same of the SPD.
        case dumpedPolicy(SecurityPolicy, isLast: Bool)
        /// A dump that we asked for is over; it is not complete if its last record was not readable.
        case dumpEnded(complete: Bool)
        /// The hash thresholds of the SPD, and how many policies it has but for the per-socket ones.
        case hashThresholds(HashThresholds, policyCount: Int)
        /// Hash thresholds that were asked for are set.
        case hashThresholdsSet
        /// What is asked to be told will be.
        case subscribed
        /// SAs and policies have moved to other addresses (MIGRATE); only a dump tells which.
        case migrated
        /// The peer of an ESP-in-UDP SA appears under another address (NAT_T_NEW_MAPPING), or by another port than the
        /// first one: the second. The SA itself stays as it is, and each further packet tells it again.
        indirect case newMapping(SAIdentity, NATTraversal)
        /// A message that says nothing to us: PROMISC headers, echoes, types that Linux does not send.
        case ignored(messageType: UInt8)
        /// Bytes that are not a message. They are logged and dropped; where they might have been a change, or the
        /// answer to a request, the daemon asks the kernel again.
        indirect case unreadable(UnreadableMessage)
    }

    /// What was done to an entry.
    package enum Verb: Hashable, Sendable {
        /// It was not there before.
        case added
        /// It was there, and is another one now.
        case updated
        /// It is gone; the entry is what it was.
        case deleted
        /// Nothing was done: a GET is answered.
        case got
    }
}

/// The kernel wants an SA that nobody has made (RFC 2367, 3.1.6); Linux tells the ends, not the flow.
package struct Acquire: Hashable, Sendable {
    /// Where the traffic comes from; for a tunnel its near end.
    package let source: IPAddress
    /// Where the traffic goes; for a tunnel its far end.
    package let destination: IPAddress
    /// `nil` for a SA type that is neither AH, ESP nor IPComp.
    package let ipsecProtocol: IPsecProtocol?
    /// The policy that asks, if told.
    package let policy: PolicyIndex?

    package init(source: IPAddress, destination: IPAddress, ipsecProtocol: IPsecProtocol?, policy: PolicyIndex?) {
        self.source = source
        self.destination = destination
        self.ipsecProtocol = ipsecProtocol
        self.policy = policy
    }
}

/// Why a datagram could not be understood; never its bytes, which may be keys.
package struct UnreadableMessage: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, one phrase.
    package let reason: String
    /// Where in the datagram, in bytes.
    package let offset: Int
    /// The message type's number, if the header could be read.
    package let messageType: UInt8?

    package init(reason: String, offset: Int, messageType: UInt8?) {
        self.reason = reason
        self.offset = offset
        self.messageType = messageType
    }

    package var description: String {
        let type = messageType.map { "type \($0), " } ?? ""
        return "kernel message (\(type)byte \(offset)): \(reason)"
    }
}
