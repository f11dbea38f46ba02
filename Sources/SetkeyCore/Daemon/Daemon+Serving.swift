import IPsec

// Whose turn it is to ask the kernel.

extension Daemon {
    /// Those who ask the kernel, in the order in which they are served; each gets its turn.
    enum Service: Int, CaseIterable, Sendable {
        case reading
        case dumps
        case application
        case clients
    }

    /// Sends the next request, if none is in flight and somebody has one.
    mutating func serve() {
        guard !context.kernel.isWaiting else { return }
        // Twice round: a client's turn may make a dump wanted after that has had its own.
        for offset in 1...2 * Service.allCases.count {
            guard let service = Service(rawValue: (lastServed.rawValue + offset) % Service.allCases.count),
                let (request, requester) = nextRequest(of: service)
            else { continue }
            lastServed = service
            context.kernel.ask(
                request, for: requester, keepsFormer: request.touchesEntries && mayBeUndone(requester), &context.out)
            return
        }
    }

    private mutating func nextRequest(of service: Service) -> (KernelRequest, Requester)? {
        switch service {
        case .reading: context.kernel.nextReading(context.out)
        case .dumps: context.kernel.nextDump(context.out)
        case .application: reconciler.nextRequest().map { ($0, .application) }
        case .clients: clients.nextRequest(&context)
        }
    }

    private func mayBeUndone(_ requester: Requester) -> Bool {
        switch requester {
        case .application: reconciler.temper == .undoing
        case .run(let client): clients.runs[client]?.isAtomic == true
        default: false
        }
    }
}
