import IPsec

@testable import ControlProtocol

/// One value of everything that travels, with every field set.
enum Samples {
    static let text: WireText = "add 10.0.11.41 10.0.11.33 esp 0x10001\n\t-E des-cbc 0x3ffe05014819ffff\n\t# \"ü𝄞\\\";"

    static let calls: [Call] = [
        .execute(execute),
        .execute(ExecuteParameters(text: "")),
        .listAssociations(listAssociations),
        .listAssociations(ListAssociationsParameters()),
        .listPolicies(listPolicies),
        .listPolicies(ListPoliciesParameters()),
        .render(render),
        .render(RenderParameters(database: .associations)),
        .flush(flush),
        .flush(FlushParameters(database: .policies)),
        .monitor(monitor),
        .monitor(MonitorParameters()),
        .reload(reload),
        .reload(ReloadParameters()),
        .confirm,
        .revert,
        .turnOff(reload),
        .turnOff(ReloadParameters()),
        .turnOn(ReloadParameters()),
        .plan(plan),
        .plan(PlanParameters()),
        .schedule,
        .explain(explain),
        .diagnose,
        .explain(ExplainParameters(Flow(source: .unspecified(.ipv6), destination: .unspecified(.ipv6)))),
        .metrics(metrics),
        .metrics(MetricsParameters()),
        .status,
        .traits,
    ]

    static var metrics: MetricsParameters {
        var parameters = MetricsParameters()
        parameters.perAssociation = true
        return parameters
    }

    static var execute: ExecuteParameters {
        var parameters = ExecuteParameters(text: text)
        parameters.rfcSemantics = true
        parameters.atomic = false
        parameters.showKeys = true
        parameters.verbose = false
        parameters.showPorts = true
        parameters.records = true
        parameters.unfinished = true
        return parameters
    }

    static var listPolicies: ListPoliciesParameters {
        var parameters = ListPoliciesParameters()
        parameters.hidePerSocket = true
        return parameters
    }

    static var listAssociations: ListAssociationsParameters {
        var parameters = ListAssociationsParameters()
        parameters.protocol = .esp
        parameters.includeDead = true
        parameters.showKeys = false
        parameters.keyDigest = DigestNonce(digits: nonce)
        return parameters
    }

    static var reload: ReloadParameters {
        var parameters = ReloadParameters()
        parameters.confirmSeconds = 60
        return parameters
    }

    static var plan: PlanParameters {
        var parameters = PlanParameters()
        parameters.text = text
        parameters.unfinished = true
        return parameters
    }

    static var render: RenderParameters {
        var parameters = RenderParameters(database: .policies)
        parameters.protocol = .ah
        parameters.includeDead = true
        parameters.showPorts = false
        parameters.hidePerSocket = true
        parameters.showKeys = true
        parameters.statements = true
        parameters.ownedOnly = true
        return parameters
    }

    static var flush: FlushParameters {
        var parameters = FlushParameters(database: .associations)
        parameters.protocol = .ipcomp
        return parameters
    }

    static var monitor: MonitorParameters {
        var parameters = MonitorParameters()
        parameters.raw = true
        parameters.showKeys = false
        return parameters
    }

    static let replies: [(method: Method, reply: Reply)] = [
        (.execute, .execute(executeReply)),
        (.execute, .execute(ExecuteReply(executed: 0))),
        (.listAssociations, .associations(AssociationsReply(associations: [association, association], time: 1))),
        (.listAssociations, .associations(AssociationsReply(associations: [], time: 1_800_000_000))),
        (.listPolicies, .policies(PoliciesReply(policies: [policy]))),
        (.render, .render(RenderReply(text: text))),
        (.render, .render(RenderReply(text: ""))),
        (.flush, .flushed),
        (.monitor, .monitor(monitorReply)),
        (.monitor, .monitor(MonitorReply(event: .listening, seconds: 0, microseconds: 0))),
        (.reload, .reload(ReloadReply(writes: 3, associations: 2, policies: 1, warnings: ["a", "\u{1}\"b\""]))),
        (.reload, .reload(ReloadReply(writes: 0, associations: 0, policies: 0, warnings: [], confirmSeconds: 9))),
        (.confirm, .confirmed),
        (.revert, .reload(ReloadReply(writes: 1, associations: 2, policies: 3, warnings: []))),
        (.turnOff, .reload(ReloadReply(writes: 4, associations: 0, policies: 0, warnings: [], confirmSeconds: 60))),
        (.turnOn, .reload(ReloadReply(writes: 4, associations: 2, policies: 2, warnings: []))),
        (.plan, .plan(plannedSteps)),
        (.plan, .plan(PlanReply(steps: []))),
        (.plan, .plan(PlanReply(steps: [], warnings: ["f:1:1: warning: \"x\"\n  y"]))),
        (
            .schedule,
            .schedule(
                ScheduleReply(
                    changes: [
                        ScheduledStep(
                            time: 1_795_000_000, change: .known(.begins), statement: "add ::1 ::2 esp 0x12c -E null ;",
                            location: "setkey.conf:3:1"),
                        ScheduledStep(time: 1_795_000_001, change: "pauses", statement: "", location: ""),
                    ], time: 1_794_000_000))
        ),
        (.schedule, .schedule(ScheduleReply(changes: [], time: 0))),
        (.schedule, .schedule(ScheduleReply(changes: [], time: 0, clockDoubt: "the clock says"))),
        (.explain, .explain(explainReply)),
        (.explain, .explain(ExplainReply(packet: "", lookups: [], fate: "clear"))),
        (.diagnose, .diagnose(DiagnoseReply(findings: []))),
        (.metrics, .metrics(MetricsReply(text: WireText("setkeyd_up 1\n# EOF\n")))),
        (
            .diagnose,
            .diagnose(
                DiagnoseReply(findings: [
                    FindingRecord(.error, code: "a", "b"),
                    FindingRecord(
                        .note, code: "c", "d", subject: "e", owner: "f", evidence: ["g", "h"], cause: "i", remedy: "j"),
                ]))
        ),
        (.status, .status(status)),
        (.traits, .traits(TraitsReply(.pfKey))),
    ]

    static var explain: ExplainParameters {
        var flow = Flow(source: .unspecified(.ipv4), destination: .unspecified(.ipv4))
        flow.nextLayer = .tcp
        (flow.sourcePort, flow.destinationPort) = (0, 65535)
        flow.device = .named("eth0")
        flow.mark = .max
        flow.interfaceID = InterfaceID(rawValue: 7)
        return ExplainParameters(flow, .forward)
    }

    static var explainReply: ExplainReply {
        let miss = NearMissRecord(entry: "esp 192.0.2.2 spi 0x1", owner: "f:1:1", reasons: ["a", "b"])
        let transform = TransformLookupRecord(
            transform: "esp/transport//require", association: association, owner: "foreign", fitting: 2, misses: [miss],
            reason: "c")
        let lookup = PolicyLookupRecord(
            direction: "out", policy: policy, statement: "spdadd", owner: "f:2:1", rivals: ["d"], misses: [miss],
            transforms: [transform], fate: .known(.protected), reason: "e", advice: ["f"])
        return ExplainReply(packet: "g", lookups: [lookup], fate: "later")
    }

    static var executeReply: ExecuteReply {
        var reply = ExecuteReply(executed: 7)
        reply.warnings = [
            StatementFailure(offset: 1, length: 2, operation: "add", errno: 0, reason: "a \"port\" is closed")
        ]
        reply.failures = [
            StatementFailure(offset: 1, length: 2, operation: "add", errno: 17, reason: "it already exists (EEXIST)")
        ]
        reply.failures?[0].file = "a"
        reply.failures?[0].line = 3
        reply.failures?[0].column = 4
        reply.output = text
        reply.associations = [association]
        reply.policies = [policy]
        reply.messages = "sadb_msg{ version=2 type=3\n"
        reply.undone = 4
        reply.ended = true
        return reply
    }

    static var plannedSteps: PlanReply {
        var reply = PlanReply(steps: [planStep], warnings: ["w"])
        reply.writes = 2
        return reply
    }

    static var planStep: PlanStep {
        var step = PlanStep(
            change: "replace", operation: "replace esp", statement: "add ... ;", reason: "differs(mode, key)", writes: 2
        )
        step.differences = [
            PlanDifference(field: "mode", present: "transport", declared: "tunnel"),
            PlanDifference(field: "key", present: nil, declared: nil),
        ]
        step.location = "a:1:2"
        step.part = 3
        step.offset = 4
        return step
    }

    static var monitorReply: MonitorReply {
        var reply = MonitorReply(event: .added, seconds: 1_800_000_000, microseconds: 999_999)
        reply.expiry = .hard
        reply.pid = 1
        reply.association = association
        reply.policy = policy
        reply.summary = "esp 10.0.11.33"
        reply.text = "sadb_msg{"
        reply.hex = "02030000"
        return reply
    }

    static var lifetime: LifetimeRecord {
        LifetimeRecord(Lifetime(allocations: 1, bytes: .max, addTime: 3, useTime: 4))
    }

    static var policy: PolicyRecord {
        PolicyRecord(
            direction: "in(socket)", source: "10.0.0.0/8", destination: "::/0", sourcePort: 1, destinationPort: 65535,
            nextLayer: 255, action: "ipsec", transforms: ["esp/tunnel/192.0.2.1-192.0.2.2/require"],
            priority: -2_147_483_648, index: 8, created: 1, lastUsed: 2, lifetime: 3, validTime: 4)
    }

    static var status: StatusReply {
        var status = StatusReply(
            version: "0.1", kernelInterface: "PF_KEY", protectsTraffic: true, configuration: "/etc/setkeyd/setkey.conf",
            settled: false, state: "loading", associations: 1, policies: 2, ownedAssociations: 3, ownedPolicies: 4,
            foreignAssociations: 9, foreignPolicies: 10, drifted: 11, expired: 12, drift: "repair", overruns: 5,
            uptimeSeconds: 6, pid: 7, clients: 8)
        status.declaredAssociations = 15
        status.declaredPolicies = 16
        status.missingAssociations = 17
        status.missingPolicies = 18
        status.alteredAssociations = 19
        status.alteredPolicies = 20
        status.undeclaredAssociations = 21
        status.undeclaredPolicies = 22
        status.incomplete = ["SPD"]
        status.unrepaired = 21
        status.off = 23
        status.lastReload = 13
        status.lastOutcome = "done"
        status.confirmSeconds = 14
        status.closedPorts = ["ESP in UDP to 192.0.2.1[4500] is not received"]
        return status
    }

    static let errors: [ControlError] = [
        .invalidText([diagnostic]),
        .permissionDenied(who: "root"),
        .kernelRefused(operation: "flush", errno: 1, reason: "r"),
        .runAborted,
        .nothingPending(reason: "r"),
        .reloadFailed(messages: ["a", "b"]),
        .busy(reason: "r"),
        .stopping,
        .malformedCall(reason: "r"),
    ]

    static var diagnostic: DiagnosticRecord {
        var record = DiagnosticRecord(severity: "error", offset: 1, length: 2, message: "m", advice: "", code: "c")
        record.file = "a"
        record.line = 3
        record.column = 4
        return record
    }

    static let serviceErrors: [ServiceError] = [
        .interfaceNotFound("a.b"), .methodNotFound("a.b.C"), .methodNotImplemented("a.b.C"), .invalidParameter("p"),
        .permissionDenied, .expectedMore,
    ]

    /// The frames of everything, each with its NUL.
    static func frames() throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        for call in calls { frames.append(try bytes { try call.appendFrame(more: true, to: &$0) }) }
        for (_, reply) in replies { frames.append(try bytes { try reply.appendFrame(continues: true, to: &$0) }) }
        for error in errors { frames.append(try bytes { try error.appendFrame(to: &$0) }) }
        return frames
    }

    /// What `body` appends to nothing.
    static func bytes(_ body: (inout [UInt8]) throws -> Void) rethrows -> [UInt8] {
        var bytes: [UInt8] = []
        try body(&bytes)
        return bytes
    }
}
