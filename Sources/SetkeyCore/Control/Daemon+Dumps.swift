import ControlProtocol
import IPsec
import SetkeySyntax

// Dumps on their way to clients: begun by a call or by a statement, sent in parts as the clients read.

extension Daemon {
    mutating func list(
        _ database: DatabaseName, _ name: ProtocolName?, dead: Bool?, keys: Bool?, for client: ClientID
    ) {
        begin(
            DumpStream(
                database: database, form: .records(showKeys: keys == true), ticket: wantDump(of: database, for: client),
                ipsecProtocol: name?.value, includesDead: dead == true, format: dumpFormat(for: client)),
            for: client)
    }

    mutating func render(_ parameters: RenderParameters, for client: ClientID) {
        let format = dumpFormat(
            for: client, showKeys: parameters.showKeys, showPorts: parameters.showPorts,
            hidePerSocket: parameters.hidePerSocket)
        begin(
            DumpStream(
                database: parameters.database, form: .text, ticket: wantDump(of: parameters.database, for: client),
                ipsecProtocol: parameters.protocol?.value, includesDead: parameters.includeDead == true, format: format),
            for: client)
    }

    /// Begins a stream, which may be ready at once.
    private mutating func begin(_ stream: DumpStream, for client: ClientID) {
        streams[client] = stream
        if isReady(stream) { drained(client) }
    }

    /// How a dump is printed for a client; the process that it names is the client's, as the dumping tool's ever was.
    func dumpFormat(
        for client: ClientID, showKeys: Bool? = nil, showPorts: Bool? = nil, hidePerSocket: Bool? = nil
    ) -> DumpFormat {
        let options = DumpFormat.Options(
            showKeys: showKeys == true, showPorts: showPorts == true, hidePerSocket: hidePerSocket == true,
            processID: UInt32(clamping: peers[client]?.pid ?? 0))
        return DumpFormat(
            options: options, now: UInt64(clamping: now.seconds), protocolNames: settings.parserOptions.protocolNames)
    }

    /// The dump that a client waits for.
    ///
    /// The privileged get one that begins now. To others a recent one will do: they cannot keep the kernel dumping.
    mutating func wantDump(of database: DatabaseName, for client: ClientID) -> Int {
        isPrivileged(client) ? dumps[database].want() : dumps[database].wantRecent(at: now.monotonic)
    }

    private func isReady(_ stream: DumpStream) -> Bool {
        dumps[stream.database].isOver(stream.ticket)
    }

    /// A dump is over: whoever waited for it gets the first part.
    mutating func feedStreams() {
        for client in streams.keys.sorted() where streams[client]?.hasBegun == false { drained(client) }
    }

    /// The kernel will not tell: whoever waits is told why.
    mutating func failStreams(of database: DatabaseName, _ errno: KernelErrno) {
        for client in streams.keys.sorted() {
            guard let stream = streams[client], stream.database == database, !stream.hasBegun else { continue }
            streams[client] = nil
            let request = database.dumpRequest
            if runs[client] != nil {
                runs[client]?.failed(request.phrase, errno: Int(errno.rawValue), reason: request.reason(errno))
                runs[client]?.proceed()
            } else {
                refuse(client, request, errno)
            }
        }
    }

    /// The client has read what was queued: its stream goes on.
    mutating func drained(_ client: ClientID) {
        guard !isPrivileged(client) else { return sendPart(to: client) }
        guard let uid = peers[client]?.uid, hasPart(for: client) else { return }
        partTurns.append(client, of: uid)
        askTurn()
    }

    /// Sends one part to the client, of those who are not privileged, whose turn it is.
    mutating func sendNextPart() {
        guard let client = partTurns.next() else { return }
        sendPart(to: client)
        if !partTurns.isEmpty { askTurn() }
    }

    private func hasPart(for client: ClientID) -> Bool {
        planJobs[client]?.isSending == true || streams[client].map(isReady) == true
    }

    private mutating func sendPart(to client: ClientID) {
        guard !sendPlan(to: client) else { return }
        // A run without a stream waited for this alone.
        guard streams[client] != nil else { return runs[client]?.proceed() ?? () }
        guard var stream = streams[client], isReady(stream) else { return }
        streams[client] = nil
        if runs[client] != nil {
            appendPart(of: &stream, toRunOf: client)
        } else {
            send(partOf: &stream, to: client)
        }
        if !stream.isFinished { streams[client] = stream }
    }

    private mutating func send(partOf stream: inout DumpStream, to client: ClientID) {
        var reply: Reply
        switch stream.form {
        case .text:
            var text: [UInt8] = []
            stream.appendPart(of: &mirror, to: &text)
            reply = .render(RenderReply(text: WireText(text)))
        case .records(let showKeys):
            reply = stream.nextRecords(of: &mirror, showKeys: showKeys, at: now)
        }
        if stream.isFinished, let errno = gap(in: stream.database) {
            reply.note(incomplete: stream.database.gapText(errno))
        }
        effects.append(.reply(client, reply, continues: !stream.isFinished))
    }

    private mutating func appendPart(of stream: inout DumpStream, toRunOf client: ClientID) {
        var output: [UInt8] = []
        stream.appendPart(of: &mirror, to: &output)
        runs[client]?.output += output
        if stream.isFinished {
            if let errno = gap(in: stream.database) {
                let request = stream.database.dumpRequest
                runs[client]?.failed(
                    request.phrase, errno: Int(errno.rawValue), reason: stream.database.gapText(errno))
            }
            runs[client]?.proceed()
        } else if let reply = runs[client]?.takeReply() {
            effects.append(.reply(client, .execute(reply), continues: true))
        }
    }
}
