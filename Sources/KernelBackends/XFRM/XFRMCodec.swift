package import IPsec

/// NETLINK_XFRM of Linux: one message a request, one event a message.
///
/// A change is told twice to whoever asks for it: as an event, to all, which says what the kernel has stored, and as an
/// acknowledgement, to us. The event is the answer, and carries what we wrote into `nlmsg_pid`; where it was lost,
/// the acknowledgement answers with what was asked.
package struct XFRMCodec: KernelInterface {
    /// Addresses for the socket that asks: no process id is among them (`PID_MAX_LIMIT`).
    package static let portIDs: ClosedRange<UInt32> = 1 << 22...(.max)

    package let traits: KernelTraits
    /// What we write into `nlmsg_pid`, and the address of the socket that asks.
    private let portID: UInt32
    /// What our own messages are said to come from.
    private let processID: UInt32
    /// Those that there are.
    private var devices = Devices.none
    private var requests = XFRMRequestLog()
    private var reqIDs = DrawnReqIDs()
    private var lockdown: LockdownKnowledge

    /// - Parameters:
    ///   - processID: of the daemon; events that answer its requests carry it.
    ///   - portID: the address of the socket that asks; one that nobody can tell beforehand.
    ///   - traits: those of XFRM, and of the kernel behind it.
    ///   - tellsKeys: whether the kernel is known to tell keys as they are; asked when all of them are zeros.
    package init(
        processID: UInt32, portID: UInt32, traits: KernelTraits = .xfrm,
        tellsKeys: @escaping @Sendable () -> Bool = { true }
    ) {
        self.traits = traits
        self.processID = processID
        self.portID = portID
        lockdown = LockdownKnowledge(tellsKeys)
    }

    package mutating func encode(
        _ request: KernelRequest, id: RequestID, isFollowed: Bool, into buffer: inout [UInt8]
    ) throws(WireError) {
        let header = NetlinkHeader(asking: request, id: id, portID: portID, isFollowed: isFollowed)
        try request.writeXFRM(header, over: &buffer, devices, drawReqID: { reqIDs.next() })
        // They are no policies, and a dump does not tell them.
        if case .dumpPolicies = request { try NetlinkHeader.askForDefaults(before: &buffer, from: portID) }
        requests.note(id, request)
    }

    package mutating func know(_ devices: Devices) { self.devices = devices }

    package mutating func decode(_ datagram: Span<UInt8>, knowing known: inout some KnownEntries) -> KernelEvent {
        var reader = WireReader(datagram)
        do throws(WireError) {
            let header = try NetlinkHeader(from: &reader)
            // By itself: to call a method while one of its arguments changes the codec would copy all of its requests.
            let content = content(header, &reader, datagram, &known)
            var event = event(header, content)
            if case .refused = event.content { event.words = Self.words(of: header, datagram) }
            return event
        } catch {
            let message = UnreadableMessage(reason: error.rule.description, offset: error.offset, messageType: nil)
            return KernelEvent(
                origin: KernelEvent.Origin(request: nil, processID: 0, sequence: 0), content: .unreadable(message))
        }
    }

    package mutating func forget(_ id: RequestID) { requests.answer(id.rawValue) }

    package func describe(_ datagram: Span<UInt8>, as forms: ShownMessage.Forms) -> ShownMessage {
        ShownMessage(
            masked: forms.contains(.masked) ? XFRMDump(showsKeys: false).form(of: datagram) : nil,
            keyed: forms.contains(.keyed) ? XFRMDump(showsKeys: true).form(of: datagram) : nil)
    }

    private func isOurs(_ header: NetlinkHeader) -> Bool {
        header.portID == portID && requests.contains(header.sequence)
    }

    private func event(_ header: NetlinkHeader, _ content: KernelEvent.Content) -> KernelEvent {
        let request = isOurs(header) ? RequestID(rawValue: header.sequence) : nil
        return KernelEvent(
            origin: KernelEvent.Origin(
                request: request, processID: request == nil ? header.portID : processID, sequence: header.sequence),
            content: content)
    }

    // MARK: What a message says

    private mutating func content(
        _ header: NetlinkHeader, _ reader: inout WireReader, _ message: Span<UInt8>, _ known: inout some KnownEntries
    ) -> KernelEvent.Content {
        do throws(WireError) {
            switch header.type {
            case .error: return try acknowledgement(header, &reader)
            case .done: return try end(header, &reader)
            case .getDefaults: return try defaults(header, &reader)
            default: return try told(header, &reader, message, &known)
            }
        } catch {
            return .unreadable(
                UnreadableMessage(
                    reason: error.rule.description, offset: error.offset,
                    messageType: UInt8(truncatingIfNeeded: header.type.rawValue)))
        }
    }

    private mutating func acknowledgement(
        _ header: NetlinkHeader, _ reader: inout WireReader
    ) throws(WireError) -> KernelEvent.Content {
        let errno = try reader.read(Int32.self)
        guard isOurs(header) else { return .ignored(messageType: header.type.octet) }
        let request = requests.answer(header.sequence)
        if errno == 0, requests.isMisled(header.sequence) { return .refused(.notUnique) }
        if errno != 0 { return .refused(KernelErrno(rawValue: errno < 0 && errno > .min ? -errno : errno)) }
        return request.map { $0.asDone } ?? .ignored(messageType: header.type.octet)
    }

    /// What stands behind the errno and the request's header, or the whole request: attributes of netlink's own, of
    /// which the first type is a text (`NLMSGERR_ATTR_MSG`).
    private static func words(of header: NetlinkHeader, _ message: Span<UInt8>) -> KernelWords? {
        guard header.flags.contains(.explained) else { return nil }
        var reader = WireReader(message)
        var words: KernelWords?
        try? { () throws(WireError) in
            try reader.skip(NetlinkHeader.byteCount + MemoryLayout<Int32>.size)
            var ahead = reader
            let requestByteCount = Int(try ahead.read(UInt32.self))
            try reader.skip(header.flags.contains(.capped) ? NetlinkHeader.byteCount : (requestByteCount + 3) & ~3)
            try reader.forEachAttribute { type, content throws(WireError) in
                guard type == .explanation else { return }
                words = KernelWords(try content.readBytes(content.remaining))
            }
        }()
        return words
    }

    private mutating func end(
        _ header: NetlinkHeader, _ reader: inout WireReader
    ) throws(WireError) -> KernelEvent.Content {
        guard isOurs(header) else { return .ignored(messageType: header.type.octet) }
        requests.answer(header.sequence)
        return .dumpEnded(complete: reader.remaining < 4 ? true : try reader.read(Int32.self) == 0)
    }

    /// An answer, or an event that everybody is told without a word of who has caused it (xfrm-facts B1): the one of
    /// our own request says nothing that its acknowledgement does not.
    private mutating func defaults(
        _ header: NetlinkHeader, _ reader: inout WireReader
    ) throws(WireError) -> KernelEvent.Content {
        let blocked = try Set<Direction>(fromXFRMDefaults: &reader)
        if header.portID == portID { return .policyDefaults(blocked: blocked, isRecord: true) }
        if requests.claimDefaults(blocked) { return .ignored(messageType: header.type.octet) }
        return .policyDefaults(blocked: blocked, isRecord: false)
    }

    private mutating func told(
        _ header: NetlinkHeader, _ reader: inout WireReader, _ message: Span<UInt8>, _ known: inout some KnownEntries
    ) throws(WireError) -> KernelEvent.Content {
        let asked = isOurs(header) ? requests.request(header.sequence) : nil
        var content = try XFRMMessage(header.type, message, devices).content(
            &reader, inAnswerTo: asked, knowing: &known)
        lockdown.look(at: &content, inAnswerTo: asked)
        guard let asked else {
            requests.overtake(with: content)
            return content
        }
        // What says nothing leaves it to the acknowledgement.
        if case .ignored = content { return content }
        if case .association(_, let told) = content, asked.names(anotherThan: told.identity) {
            return misled(header.sequence, asked, content)
        }
        if case .association(.added, let association) = content { requests.renew(association.identity) }
        guard !header.flags.contains(.multipart), asked.isAnsweredOnce else { return content }
        let isOvertaken = requests.isOvertaken(header.sequence)
        requests.answer(header.sequence)
        return isOvertaken ? .refused(.noSuchProcess) : content
    }

    /// The kernel has taken an SA for another one, whose mark it cannot tell apart (xfrm-facts 2.1). What it has removed
    /// is news, and the request has failed.
    private mutating func misled(
        _ sequence: UInt32, _ request: KernelRequest, _ content: KernelEvent.Content
    ) -> KernelEvent.Content {
        guard case .get = request else {
            requests.mislead(sequence)
            return content
        }
        requests.answer(sequence)
        return .refused(.notUnique)
    }
}

extension XFRMMessageType {
    /// The number in a byte, as messages about it say it: those of netlink and XFRM are below 256.
    var octet: UInt8 { UInt8(truncatingIfNeeded: rawValue) }
}

extension KernelRequest {
    /// Whether one message tells all of its answer.
    fileprivate var isAnsweredOnce: Bool {
        switch self {
        case .dump, .dumpPolicies: false
        default: true
        }
    }

    /// Whether it names an SA, and not the one that is told of.
    fileprivate func names(anotherThan identity: SAIdentity) -> Bool {
        switch self {
        case .get(let reference), .delete(let reference): reference.identity != identity
        default: false
        }
    }

    /// What the kernel would have told of it, had it been heard: it was done.
    fileprivate var asDone: KernelEvent.Content {
        switch self {
        case .subscribe: .subscribed
        case .add(let sa): .association(.added, sa)
        case .update(let sa): .association(.updated, sa)
        case .delete(let reference):
            .association(.deleted, SecurityAssociation(identity: reference.identity, source: reference.source))
        case .flush(let ipsecProtocol): .flushed(ipsecProtocol)
        case .addPolicy(let policy): .policy(.added, policy)
        case .updatePolicy(let policy): .policy(.updated, policy)
        case .deletePolicy(let identity): .policy(.deleted, SecurityPolicy(identity: identity, action: .bypass))
        case .flushPolicies: .policiesFlushed
        case .setHashThresholds: .hashThresholdsSet
        case .ping, .get, .reserveSPI, .dump, .getPolicy, .dumpPolicies, .getHashThresholds:
            .ignored(messageType: XFRMMessageType.error.octet)
        }
    }
}

/// Reqids for transforms that want one of their own, which the kernel draws for PF_KEY and not for netlink: from the
/// upper half, which the kernel does not reach, and from where nobody can tell.
private struct DrawnReqIDs: Sendable {
    private var last = UInt32.random(in: 0x8000_0000...(.max))

    mutating func next() -> ReqID {
        last = last == .max ? 0x8000_0000 : last + 1
        return ReqID(rawValue: last)
    }
}
