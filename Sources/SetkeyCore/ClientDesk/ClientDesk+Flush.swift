import ControlProtocol
import IPsec

// `Flush`: all of a database, or all SAs of one protocol.

extension ClientDesk {
    mutating func flush(_ parameters: FlushParameters, for client: ClientID) {
        switch parameters.database {
        case .associations:
            flushes.append(.flush(parameters.protocol?.value), of: client)
        case .policies: flushes.append(.flushPolicies, of: client)
        }
    }

    mutating func flushEnded(_ client: ClientID, _ request: KernelRequest, _ outcome: Outcome, _ context: inout Context)
    {
        if outcome.isUnsent { return flushes.putBack(request, of: client) }
        context.out.logChange(by: caller(client), request.phrase)
        switch outcome {
        case .done, .curtailed: context.out.reply(client, .flushed)
        case .refused(let errno, _): refuse(client, request, errno, &context)
        case .lost, .unsent: refuse(client, request, .timedOut, &context)
        }
    }

    mutating func refuse(_ client: ClientID, _ request: KernelRequest, _ errno: KernelErrno, _ context: inout Context) {
        context.out.fail(
            client,
            .kernelRefused(
                operation: request.phrase, errno: Int(errno.rawValue), reason: request.reason(errno)))
    }
}
