import ControlProtocol
import IPsec
import SetkeySyntax

/// `setkey --plan`: asks what a reload would do, and shows it.
enum PlanRun {
    static func run(_ options: PlanOptions, _ form: OutputForm, socket path: String) throws(ClientFailure) {
        var plan =
            if let input = options.input { try plan(of: input, options, socket: path) } else {
                try planOfFile(options, socket: path)
            }
        switch form {
        case .text:
            try SetkeyClient.remark(plan.warnings ?? [])
            let style = FileOutput.standardOutput.isTerminal ? Terminal.style : .plain
            try SetkeyClient.say(PlanText(style: style).text(plan.steps))
        case .json:
            plan.writes = plan.steps.reduce(0) { $0 + $1.writes }
            try SetkeyClient.say(JSONDocument.text(plan))
        }
        if !plan.steps.isEmpty { throw ClientFailure(.found, "") }
    }

    /// Of the daemon's own file.
    private static func planOfFile(_ options: PlanOptions, socket path: String) throws(ClientFailure) -> PlanReply {
        var client = try SetkeyClient.connect(path)
        var plan = PlanReply(steps: [])
        var parameters = PlanParameters()
        parameters.at = options.moment
        try SetkeyClient.stream(.plan(parameters), from: &client) { reply throws(ClientFailure) in
            guard case .plan(let part) = reply else { return }
            plan.steps += part.steps
            plan.warnings = plan.warnings ?? part.warnings
        }
        return plan
    }

    /// Of a text that would take its place.
    private static func plan(
        of input: Input, _ options: PlanOptions, socket path: String
    ) throws(ClientFailure) -> PlanReply {
        var source = try StatementSource(
            input, for: .plan, expectsForward: true, skew: options.skew, traits: SetkeyClient.traits(ofDaemonAt: path))
        var partition = RunPartition(sendsNames: true)
        while let loaded = source.next() { partition.add(loaded, sources: source.sources) }
        partition.finish()
        try SetkeyClient.report(source)
        var client = try SetkeyClient.connect(path)
        let parts = partition.parts.isEmpty ? [RunPart()] : partition.parts
        var steps: [PlanStep] = []
        for (index, part) in parts.enumerated() {
            var parameters = PlanParameters()
            parameters.text = WireText(part.text(from: source.sources))
            parameters.unfinished = index + 1 < parts.count ? true : nil
            parameters.at = options.moment
            let refuse = { refusal($0, of: part, source.sources) }
            try SetkeyClient.stream(.plan(parameters), from: &client, refuse: refuse) { reply throws(ClientFailure) in
                if case .plan(let part) = reply { steps += part.steps }
            }
        }
        return PlanReply(steps: steps.map { located($0, in: parts, source.sources) })
    }

    /// What only the daemon finds, such as a credential that it does not have.
    private static func refusal(
        _ diagnostics: [DiagnosticRecord], of part: RunPart, _ sources: [SourceText]
    ) -> ClientFailure {
        let style = DiagnosticStyle.ofStandardError()
        let text = diagnostics.map { part.render($0, of: sources, style: style) }.joined(separator: "\n")
        let located = diagnostics.map { part.located($0, in: sources) }
        return ClientFailure(.failure, text, isNamed: true, answer: .invalidText(located))
    }

    /// With the place in the caller's own files.
    private static func located(_ step: PlanStep, in parts: [RunPart], _ sources: [SourceText]) -> PlanStep {
        var step = step
        if let part = step.part, let offset = step.offset, parts.indices.contains(part),
            let origin = parts[part].origin(of: offset)
        {
            let position = sources[origin.source].position(of: origin.offset)
            step.location = "\(sources[origin.source].name):\(position.line):\(position.column)"
        }
        step.part = nil
        step.offset = nil
        return step
    }
}
