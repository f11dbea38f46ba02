import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

// Dumps on their way to clients: begun by a call or by a statement, sent in parts as the clients read.

extension ClientDesk {
    mutating func list(
        _ database: DatabaseName, _ name: ProtocolName?, dead: Bool?, keys: Bool?, for client: ClientID,
        _ context: inout Context
    ) {
        begin(
            DumpStream(
                database: database, form: .records(showKeys: keys == true),
                ticket: wantDump(of: database, for: client, &context),
                ipsecProtocol: name?.value, includesDead: dead == true, format: dumpFormat(for: client, context)),
            for: client, &context)
    }

    mutating func render(_ parameters: RenderParameters, for client: ClientID, _ context: inout Context) {
        let format = dumpFormat(
            for: client, showKeys: parameters.showKeys, showPorts: parameters.showPorts,
            hidePerSocket: parameters.hidePerSocket, context)
        begin(
            DumpStream(
                database: parameters.database, form: .text,
                ticket: wantDump(of: parameters.database, for: client, &context),
                ipsecProtocol: parameters.protocol?.value, includesDead: parameters.includeDead == true, format: format),
            for: client, &context)
    }

    /// Begins a stream, which may be ready at once.
    private mutating func begin(_ stream: DumpStream, for client: ClientID, _ context: inout Context) {
        streams[client] = stream
        if isReady(stream, context.kernel) { drained(client, &context) }
    }

    /// How a dump travels to a client as text; the process that it names is the client's, as the dumping tool's ever was.
    func dumpFormat(
        for client: ClientID, showKeys: Bool? = nil, showPorts: Bool? = nil, hidePerSocket: Bool? = nil,
        _ context: borrowing Context
    ) -> DumpFormat {
        let options = DumpFormat.Options(
            showKeys: showKeys == true, showPorts: showPorts == true, hidePerSocket: hidePerSocket == true,
            processID: UInt32(clamping: peers[client]?.pid ?? 0))
        return DumpFormat(
            options: options, now: UInt64(clamping: context.now.seconds),
            protocolNames: settings.parserOptions.protocolNames, interfaceName: settings.traits.name, form: .json)
    }

    /// The dump that a client waits for.
    ///
    /// The privileged get one that begins now. To others a recent one will do: they cannot keep the kernel dumping.
    mutating func wantDump(of database: DatabaseName, for client: ClientID, _ context: inout Context) -> Int {
        isPrivileged(client)
            ? context.kernel.want(database) : context.kernel.wantRecent(database, at: context.now)
    }

    private func isReady(_ stream: DumpStream, _ kernel: borrowing KernelDesk) -> Bool {
        kernel.isOver(stream.ticket, of: stream.database)
    }

    /// A dump is over: whoever waited for it gets the first part.
    mutating func feedStreams(_ context: inout Context) {
        for client in streams.keys.sorted() where streams[client]?.hasBegun == false { drained(client, &context) }
    }

    /// The kernel will not tell: whoever waits is told why.
    mutating func failStreams(of database: DatabaseName, _ errno: KernelErrno, _ context: inout Context) {
        for client in streams.keys.sorted() {
            guard let stream = streams[client], stream.database == database, !stream.hasBegun else { continue }
            streams[client] = nil
            let request = database.dumpRequest
            if runs.contains(client) {
                runs[client]?.dumpFailed(request.phrase, errno: Int(errno.rawValue), reason: request.reason(errno))
                proceed(client)
            } else {
                refuse(client, request, errno, &context)
            }
        }
    }

    /// The client has read what was queued: its stream goes on.
    mutating func drained(_ client: ClientID, _ context: inout Context) {
        guard !isPrivileged(client) else { return sendPart(to: client, &context) }
        guard let uid = peers[client]?.uid, hasPart(for: client, context.kernel) else { return }
        partTurns.append(client, of: uid)
        context.out.askTurn()
    }

    /// Sends one part to the client, of those who are not privileged, whose turn it is.
    mutating func sendNextPart(_ context: inout Context) {
        guard let client = partTurns.next() else { return }
        sendPart(to: client, &context)
        if !partTurns.isEmpty { context.out.askTurn() }
    }

    private func hasPart(for client: ClientID, _ kernel: borrowing KernelDesk) -> Bool {
        planJobs[client]?.isSending == true || streams[client].map { kernel.isOver($0.ticket, of: $0.database) } == true
    }

    private mutating func sendPart(to client: ClientID, _ context: inout Context) {
        guard !sendPlan(to: client, &context) else { return }
        // A run without a stream waited for this alone.
        guard streams[client] != nil else { return proceed(client) }
        guard var stream = streams[client], isReady(stream, context.kernel) else { return }
        streams[client] = nil
        if runs.contains(client) {
            appendPart(of: &stream, toRunOf: client, &context)
        } else {
            send(partOf: &stream, to: client, &context)
        }
        if !stream.isFinished { streams[client] = stream }
    }

    private mutating func send(partOf stream: inout DumpStream, to client: ClientID, _ context: inout Context) {
        var reply: Reply
        switch stream.form {
        case .text:
            var text = WireText(reserving: DumpStream.partCapacity)
            stream.appendPart(of: &context.kernel.mirror, to: &text)
            reply = .render(RenderReply(text: text))
        case .records(let showKeys):
            reply = stream.nextRecords(of: &context.kernel.mirror, showKeys: showKeys, at: context.now)
        }
        if stream.isFinished, let errno = context.kernel.gap(in: stream.database) {
            reply.note(incomplete: stream.database.gapText(errno, settings.traits))
        }
        context.out.perform(.reply(client, reply, continues: !stream.isFinished))
    }

    private mutating func appendPart(of stream: inout DumpStream, toRunOf client: ClientID, _ context: inout Context) {
        var output = WireText(reserving: DumpStream.partCapacity)
        stream.appendPart(of: &context.kernel.mirror, to: &output)
        runs[client]?.output.text.append(output)
        if stream.isFinished {
            if let errno = context.kernel.gap(in: stream.database) {
                let request = stream.database.dumpRequest
                runs[client]?.dumpFailed(
                    request.phrase, errno: Int(errno.rawValue), reason: stream.database.gapText(errno, settings.traits))
            }
            proceed(client)
        } else if let reply = runs[client]?.takeReply() {
            context.out.perform(.reply(client, .execute(reply), continues: true))
        }
    }
}
