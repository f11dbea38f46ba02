import ControlProtocol
import IPsec
import KernelBackends
import TestSupport

@testable import SetkeyCore

// What tests do.

extension Machine {
    /// Another program asks the kernel.
    mutating func foreignRequest(_ request: KernelRequest) {
        foreign.send(request, to: &kernel, at: .init(seconds: UInt64(seconds)))
    }

    /// Another program runs statements.
    mutating func foreignRun(_ text: String) {
        foreign.run(text, on: &kernel, at: .init(seconds: UInt64(seconds)))
    }

    /// Lets time pass in the kernel and for the daemon.
    mutating func pass(seconds passed: Int) {
        seconds += passed
        kernel.advance(to: .init(seconds: UInt64(seconds)))
        settle()
        post(.woken)
    }

    /// Lets time pass in steps of a quarter of a second, and the timer fire in time.
    mutating func pass(quarters: Int) {
        settle()
        for _ in 0..<quarters {
            nanoseconds += 250_000_000
            if nanoseconds >= 1_000_000_000 {
                nanoseconds -= 1_000_000_000
                seconds += 1
                kernel.advance(to: .init(seconds: UInt64(seconds)))
                settle()
            }
            if let moment = wakeAt, moment <= now.monotonic { post(.woken) }
        }
    }

    /// Lets time pass up to a moment, and the shell call whenever it was asked to.
    mutating func pass(to moment: Int) {
        while let call = clockCall, let due = call.at, due - clockError <= moment {
            pass(seconds: max(0, due - clockError - seconds))
            clockCall = nil
            post(.clockCalled)
        }
        pass(seconds: moment - seconds)
    }

    /// Sets the wall clock.
    mutating func setClock(wrongBy error: Int) {
        clockError = error
        clockCall = nil
        post(.clockCalled)
    }

    /// A client runs setkey text; returns its last reply.
    @discardableResult
    mutating func execute(_ text: String, atomic: Bool = false, by client: ClientID = Machine.root) -> ExecuteReply? {
        var parameters = ExecuteParameters(text: WireText(text))
        parameters.atomic = atomic
        replies = []
        post(.called(client, .execute(parameters)))
        guard case .execute(let reply) = replies.last?.reply else { return nil }
        return reply
    }

    /// A client makes this call; returns its last reply.
    mutating func run(_ parameters: ExecuteParameters) throws -> ExecuteReply {
        replies = []
        post(.called(Machine.root, .execute(parameters)))
        guard case .execute(let reply) = replies.last?.reply else { throw NoReply() }
        return reply
    }

    /// As ``execute(_:atomic:by:)``, for a run that must have a reply.
    mutating func run(_ text: String, atomic: Bool = false) throws -> ExecuteReply {
        guard let reply = execute(text, atomic: atomic) else { throw NoReply() }
        return reply
    }

    struct NoReply: Error {}

    /// What a member is told of the state of things.
    mutating func askStatus() throws -> StatusReply {
        post(.called(Machine.nobody, .status))
        guard case .status(let status) = replies.last?.reply else { throw NoReply() }
        return status
    }
}
