package import IPsec

/// PF_KEY version 2 of Linux: one datagram a request, one event a datagram.
///
/// Answers are matched by signature, sequence number and type, never by "the next message": for changes the answer
/// *is* the broadcast (kernel-facts 1.1). A FLUSH comes twice to its sender, and both match. Another process may write
/// the same numbers, so whoever asked also looks at what the answer names.
package struct PFKeyCodec: KernelInterface {
    /// The process ids that Linux gives end below this number (`PID_MAX_LIMIT`).
    private static let processIDLimit: UInt32 = 1 << 22

    package let traits: KernelTraits
    /// What we write into `sadb_msg_pid`; the kernel copies it without looking.
    private let signature: UInt32
    /// What our own messages are said to come from.
    private let processID: UInt32
    private var requests = PFKeyRequestLog()
    private var dumps = PFKeyDumpProgress()

    /// - Parameters:
    ///   - processID: of the daemon; events that answer its requests carry it.
    ///   - signature: what tells our messages from those of other programs; `nil` stands for the process id.
    ///   - traits: those of PF_KEY, and of the kernel behind it.
    package init(processID: UInt32, signature: UInt32? = nil, traits: KernelTraits = .pfKey) {
        self.traits = traits
        self.processID = processID
        self.signature = signature ?? processID
    }

    /// A signature that no process id equals, and that nobody can tell beforehand.
    package static func drawSignature() -> UInt32 { .random(in: processIDLimit...(.max)) }

    package mutating func encode(
        _ request: KernelRequest, id: RequestID, isFollowed: Bool, into buffer: inout [UInt8]
    ) throws(WireError) {
        try request.write(id: id, processID: signature, over: &buffer)
        guard let type = PFKeyMessageType(request) else { return }
        requests.note(id, type)
        if type.isDump { dumps.begin(id, type) }
    }

    /// Decodes without anything that is known.
    package mutating func decode(_ datagram: Span<UInt8>) -> KernelEvent {
        var known = NothingKnown()
        return decode(datagram, knowing: &known)
    }

    package mutating func decode(_ datagram: Span<UInt8>, knowing known: inout some KnownEntries) -> KernelEvent {
        guard let header = PFKeyHeader(ofDatagram: datagram) else { return Self.headless(datagram.count) }
        if header.type.isDump { return decodeDump(header, datagram, &known) }
        let answered = header.processID == signature && requests.contains(header.sequence, header.type)
        return event(
            header, answers: answered ? RequestID(rawValue: header.sequence) : nil,
            content(header, datagram, &known))
    }

    private func content(
        _ header: PFKeyHeader, _ datagram: Span<UInt8>, _ known: inout some KnownEntries
    ) -> KernelEvent.Content {
        if header.errorNumber != 0 { return .refused(KernelErrno(octet: header.errorNumber)) }
        guard header.type.isTold else { return .ignored(messageType: header.type.rawValue) }
        do throws(WireError) {
            return try PFKeyDatagram(datagram).content(knowing: &known)
        } catch {
            return .unreadable(UnreadableMessage(error, header.type))
        }
    }

    /// What is kept of a request is its number.
    package func forget(_ id: RequestID) {}

    package func describe(_ datagram: Span<UInt8>, as forms: ShownMessage.Forms) -> ShownMessage {
        ShownMessage(
            masked: forms.contains(.masked) ? PFKeyDump(showsKeys: false).form(of: datagram) : nil,
            keyed: forms.contains(.keyed) ? PFKeyDump(showsKeys: true).form(of: datagram) : nil)
    }

    private func event(
        _ header: PFKeyHeader, answers request: RequestID?, _ content: KernelEvent.Content
    ) -> KernelEvent {
        KernelEvent(
            origin: KernelEvent.Origin(
                request: request, processID: request == nil ? header.processID : processID, sequence: header.sequence),
            content: content)
    }

    private static func headless(_ byteCount: Int) -> KernelEvent {
        let message = UnreadableMessage(
            reason: "\(byteCount) bytes are no message", offset: byteCount, messageType: nil)
        return KernelEvent(
            origin: KernelEvent.Origin(request: nil, processID: 0, sequence: 0), content: .unreadable(message))
    }

    // MARK: Dumps

    /// Records carry our signature and a sequence of their own: 1, 2, 3, ... and 0 in the last (kernel-facts 3.1).
    /// Refusals are bare headers with the sequence of the request; any other errno cuts the dump short.
    private mutating func decodeDump(
        _ header: PFKeyHeader, _ datagram: Span<UInt8>, _ known: inout some KnownEntries
    ) -> KernelEvent {
        guard header.processID == signature else {
            return event(header, answers: nil, .ignored(messageType: header.type.rawValue))
        }
        if header.errorNumber != 0, requests.contains(header.sequence, header.type) {
            let id = RequestID(rawValue: header.sequence)
            dumps.refuse(id)
            return event(header, answers: id, content(header, datagram, &known))
        }
        let isLast = header.sequence == 0 || header.errorNumber != 0
        let id = dumps.advance(header.type, sequence: header.sequence, isLast: isLast)
        let content = content(header, datagram, &known)
        if isLast, case .unreadable = content { return event(header, answers: id, .dumpEnded(complete: false)) }
        return event(header, answers: id, content)
    }
}

extension PFKeyMessageType {
    /// Whether Linux tells something with it: the others are echoes of what programs may say among themselves.
    var isTold: Bool {
        switch self {
        case .promiscuous, .pairwiseChange, .spdAcquire, .spdExpire, .spdSetIndex: false
        default: rawValue > 0 && rawValue <= Self.maximum.rawValue
        }
    }
}

extension KernelErrno {
    /// `sadb_msg_errno`: an errno, or a negative one cut to its lowest byte, as Linux writes it where a dump breaks
    /// off (kernel-facts 3.2). Errnos of Linux end at 133.
    init(octet: UInt8) {
        self.init(rawValue: octet <= 133 ? Int32(octet) : 256 - Int32(octet))
    }
}

extension UnreadableMessage {
    init(_ error: WireError, _ type: PFKeyMessageType) {
        self.init(reason: error.rule.description, offset: error.offset, messageType: type.rawValue)
    }
}
