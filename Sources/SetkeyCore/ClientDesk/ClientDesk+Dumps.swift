import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

// Dumps on their way to clients: begun by a call or by a statement, sent in parts as the clients read.

extension ClientDesk {
    mutating func list(
        _ parameters: ListAssociationsParameters, _ owners: EntryOwners, for client: ClientID, _ context: inout Context
    ) {
        let digest = parameters.keyDigest?.digest
        let format = dumpFormat(
            for: client, showKeys: digest == nil ? parameters.showKeys : nil, digest: digest, context)
        begin(
            DumpStream(
                database: .associations, form: .records, ticket: wantDump(of: .associations, for: client, &context),
                ipsecProtocol: parameters.protocol?.value, includesDead: parameters.includeDead == true, format: format,
                owners: owners),
            for: client, &context)
    }

    mutating func list(
        _ parameters: ListPoliciesParameters, _ owners: EntryOwners, for client: ClientID, _ context: inout Context
    ) {
        let format = dumpFormat(for: client, hidePerSocket: parameters.hidePerSocket, context)
        begin(
            DumpStream(
                database: .policies, form: .records, ticket: wantDump(of: .policies, for: client, &context),
                ipsecProtocol: nil, includesDead: true, format: format, owners: owners),
            for: client, &context)
    }

    mutating func render(
        _ parameters: RenderParameters, _ ownership: @autoclosure () -> Ownership,
        _ times: @autoclosure () -> SavedTimes, for client: ClientID, _ context: inout Context
    ) {
        let format = dumpFormat(
            for: client, showKeys: parameters.showKeys, showPorts: parameters.showPorts,
            hidePerSocket: parameters.hidePerSocket, context)
        var form = DumpStream.Form.text
        if parameters.statements == true {
            // Of marks, interface ids and much else PF_KEY tells nothing, not even that they are there.
            if isPrivileged(client), parameters.showKeys == true { context.kernel.moveToRicher() }
            form = .statements(
                SavedStatements(
                    keys: parameters.showKeys == true ? .shown : .referenced, ownership: ownership(),
                    isOwnedOnly: parameters.ownedOnly == true, options: settings.parserOptions, times: times()))
        }
        begin(
            DumpStream(
                database: parameters.database, form: form,
                ticket: wantDump(of: parameters.database, for: client, &context),
                ipsecProtocol: parameters.protocol?.value, includesDead: parameters.includeDead == true, format: format),
            for: client, &context)
    }

    /// Begins a stream, which may be ready at once.
    private mutating func begin(_ stream: DumpStream, for client: ClientID, _ context: inout Context) {
        streams.begin(stream, for: client)
        if context.kernel.isOver(stream.ticket, of: stream.database) { offerPart(to: client, &context) }
    }

    /// How a dump travels to a client as text; the process that it names is the client's, as the dumping tool's ever was.
    func dumpFormat(
        for client: ClientID, showKeys: Bool? = nil, showPorts: Bool? = nil, hidePerSocket: Bool? = nil,
        isVerbose: Bool? = nil, digest: KeyDigest? = nil,
        _ context: borrowing Context
    ) -> DumpFormat {
        var options = DumpFormat.Options(
            showKeys: showKeys == true, showPorts: showPorts == true, hidePerSocket: hidePerSocket == true,
            isVerbose: isVerbose == true, processID: UInt32(clamping: peers[client]?.pid ?? 0))
        options.fingerprints = .ofThisProcess
        options.digest = digest
        return DumpFormat(
            options: options, now: UInt64(clamping: context.now.seconds),
            protocolNames: settings.parserOptions.protocolNames, interfaceName: context.kernel.traits.name)
    }

    /// The dump that a client waits for.
    ///
    /// The privileged get one that begins now. To others a recent one will do: they cannot keep the kernel dumping.
    mutating func wantDump(of database: DatabaseName, for client: ClientID, _ context: inout Context) -> Int {
        isPrivileged(client)
            ? context.kernel.want(database) : context.kernel.wantRecent(database, at: context.now)
    }

    /// A message has been taken in: when a running dump has told so much that it may fill a part, whoever waits for one
    /// gets it.
    mutating func notice(_ content: KernelEvent.Content, _ context: inout Context) {
        switch content {
        case .dumped, .dumpedPolicy: if streams.countRecord() { feedStreams(&context) }
        default: break
        }
    }

    /// A dump has come further, or is over: whoever waits for it gets the next part.
    mutating func feedStreams(_ context: inout Context) {
        for client in streams.clientsToFeed(context.kernel) { offerPart(to: client, &context) }
    }

    /// The kernel will not tell: whoever waits is told why, even if a part has been sent.
    mutating func failStreams(of database: DatabaseName, _ errno: KernelErrno, _ context: inout Context) {
        for client in streams.clientsWaiting(for: database, context.kernel) {
            let isOfRun = streams[client]?.isOfRun == true
            streams.remove(client, &context.kernel.mirror)
            let request = database.dumpRequest
            if isOfRun {
                runs.dumpFailed(request, of: client, errno, reason: request.reason(errno))
                runs.proceed(client)
            } else {
                refuse(client, request, errno, &context)
            }
        }
    }

    /// The client has read what was queued: its stream goes on.
    mutating func drained(_ client: ClientID, _ context: inout Context) {
        sendMetrics(to: client, &context.out)
        sendSchedule(to: client, &context)
        streams.resume(client)
        // While the kernel tells what it has, the parts come with its records: now there would be a small one at best.
        if let stream = streams[client], !context.kernel.isOver(stream.ticket, of: stream.database) { return }
        offerPart(to: client, &context)
    }

    /// Sends a part to the client, or lets it wait for its turn.
    private mutating func offerPart(to client: ClientID, _ context: inout Context) {
        guard !isPrivileged(client) else { return sendPart(to: client, &context) }
        let hasPart = plans.isSending(to: client) || streams[client] != nil
        guard let uid = peers[client]?.uid, hasPart else { return }
        partTurns.append(client, of: uid)
        context.out.askTurn()
    }

    /// Sends one part to the client, of those who are not privileged, whose turn it is.
    mutating func sendNextPart(_ context: inout Context) {
        guard let client = partTurns.next() else { return }
        sendPart(to: client, &context)
        if !partTurns.isEmpty { context.out.askTurn() }
    }

    private mutating func sendPart(to client: ClientID, _ context: inout Context) {
        guard !sendPlan(to: client, &context) else { return }
        // A run without a stream waited for this alone.
        guard var stream = streams.take(client) else { return runs.proceed(client) }
        defer { streams.putBack(stream, of: client) }
        guard context.kernel.hasBegun(stream.ticket, of: stream.database) else { return }
        let isSent =
            stream.isOfRun
            ? appendPart(of: &stream, toRunOf: client, &context) : send(partOf: &stream, to: client, &context)
        if isSent { stream.isAwaited = false }
    }

    /// - Returns: whether there was something to send.
    private mutating func send(
        partOf stream: inout DumpStream, to client: ClientID, _ context: inout Context
    ) -> Bool {
        guard var reply = nextReply(of: &stream, &context) else { return false }
        if stream.isFinished, let errno = context.kernel.gap(in: stream.database) {
            reply.note(incomplete: stream.database.gapText(errno, context.kernel.traits))
        }
        context.out.perform(.reply(client, reply, continues: !stream.isFinished))
        return true
    }

    private func nextReply(of stream: inout DumpStream, _ context: inout Context) -> Reply? {
        let isDumpOver = context.kernel.isOver(stream.ticket, of: stream.database)
        switch stream.form {
        case .text:
            var text = WireText(reserving: DumpStream.partCapacity)
            stream.appendPart(of: &context.kernel.mirror, isDumpOver: isDumpOver, to: &text)
            return text.isEmpty && !stream.isFinished ? nil : .render(RenderReply(text: text))
        case .statements(var saved):
            saved.options = settings.parserOptions(for: context.kernel)
            // What a part is made of may be nobody's whom it is for: then it is empty, and the next one follows.
            return isDumpOver ? .render(RenderReply(text: stream.nextPart(of: &context.kernel.mirror, saved))) : nil
        case .records:
            return stream.nextRecords(of: &context.kernel.mirror, isDumpOver: isDumpOver, at: context.now)
        }
    }

    /// - Returns: whether there was something to append.
    private mutating func appendPart(
        of stream: inout DumpStream, toRunOf client: ClientID, _ context: inout Context
    ) -> Bool {
        guard let part = nextReply(of: &stream, &context) else { return false }
        runs.append(part, to: client)
        if stream.isFinished {
            if let errno = context.kernel.gap(in: stream.database) {
                let reason = stream.database.gapText(errno, context.kernel.traits)
                runs.dumpFailed(stream.database.dumpRequest, of: client, errno, reason: reason)
            }
            runs.proceed(client)
        } else {
            runs.sendPart(to: client, &context.out)
        }
        return true
    }
}
