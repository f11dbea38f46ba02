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

    /// Asks the kernel what is to be asked, as long as more may be in flight.
    mutating func serve() {
        while context.kernel.hasRoom, serveNext() {}
    }

    /// Asks the kernel what somebody has to ask whose turn it is; `false` if nobody has anything, or all have to wait.
    private mutating func serveNext() -> Bool {
        // Twice round: a client's turn may make a dump wanted after that has had its own.
        for offset in 1...2 * Service.allCases.count {
            guard let service = Service(rawValue: (lastServed.rawValue + offset) % Service.allCases.count) else {
                continue
            }
            // Nothing else is asked beside a dump, and it is not put off for ever.
            if case .dumps = service, context.kernel.isDumpDue, context.kernel.isWaiting { return false }
            guard serve(service) else { continue }
            lastServed = service
            return true
        }
        return false
    }

    private mutating func serve(_ service: Service) -> Bool {
        switch service {
        case .reading:
            guard let (request, requester) = context.kernel.nextReading(context.out) else { return false }
            context.kernel.ask([RequestRun.Item(request)], for: requester, &context.out)
        case .dumps:
            guard let (request, requester) = context.kernel.nextDump(context.out) else { return false }
            context.kernel.ask([RequestRun.Item(request)], for: requester, &context.out)
        case .application:
            guard let (items, manner) = reconciler.nextRequests(&context) else { return false }
            context.kernel.ask(items, for: .application, manner: manner, &context.out)
        case .clients:
            guard let (items, requester, manner) = clients.nextRequests(EntryOwners(of: reconciler), &context) else {
                return false
            }
            context.kernel.ask(items, for: requester, manner: manner, &context.out)
        }
        return true
    }
}
