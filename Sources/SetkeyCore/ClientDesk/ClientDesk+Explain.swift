import ControlProtocol
import IPsec

// `Explain`: what the kernel does to a packet.

extension ClientDesk {
    mutating func explain(_ parameters: ExplainParameters, for client: ClientID, _ context: inout Context) {
        explanations.begin(Explanation(parameters.flow, Explanation.Way(parameters.direction)), for: client)
        context.out.askTurn()
    }

    /// Goes on with the explanation whose turn it is.
    mutating func continueExplanations(_ owners: @autoclosure () -> EntryOwners, _ context: inout Context) {
        guard !explanations.isEmpty, context.kernel.isMirrorTrue else { return }
        if let (client, explanation) = explanations.advance(&context.kernel.mirror, count: Daemon.slice) {
            context.out.reply(client, .explain(ExplainReply(explanation, owners())))
        }
        if !explanations.isEmpty { context.out.askTurn() }
    }
}

extension Explanation.Way {
    /// That of the packets at which policies of this direction look; a forwarded one is looked at twice.
    init(_ direction: Direction) {
        switch direction {
        case .inbound, .socketInbound: self = .inbound
        case .forward: self = .forwarded
        case .outbound, .socketOutbound: self = .outbound
        }
    }
}
