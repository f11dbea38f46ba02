import IPsec
import KernelBackends
import TestSupport

@testable import SetkeyCore

// The exchange with the kernel: as the shell's, but all of it within the turn of the loop.

extension Machine: KernelLink {
    mutating func ask(_ requests: RequestBurst) {
        exchange.submit(
            translation.burst(
                requests.requests, from: requests.firstID, stopsAtRefusal: requests.stopsAtRefusal))
        var id = requests.firstID
        for request in requests.requests {
            asked[id] = request
            id = id.next
        }
    }

    private mutating func note(_ request: KernelRequest) {
        if case .dump = request { dumps += 1 }
        if case .getPolicy = request { policyReadings += 1 }
        guard request.isWrite else { return }
        writes.append(request)
        requestLimit = requestLimit.map { $0 - 1 }
    }

    mutating func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? {
        let datagram = Array(bytes[range])
        for sequence in door.sequences(of: datagram) {
            if let request = asked.removeValue(forKey: RequestID(rawValue: sequence)) { note(request) }
        }
        return kernel.send(datagram, from: sockets.socket, at: .init(seconds: UInt64(seconds)))
    }

    var takesSeveral: Bool { door == .xfrm }

    mutating func receive(into buffer: inout [UInt8]) -> KernelReception {
        sockets.receive(from: &kernel, into: &buffer)
    }

    /// Where messages are lost, a test says so.
    var memory: (allocated: Int, limit: Int)? { nil }

    /// What happens next between the daemon and the kernel; `nil` if nothing does.
    mutating func nextOfKernel() -> Event? {
        var taken = exchange
        exchange = door.exchange
        var datagram: [UInt8] = []
        swap(&datagram, &incoming)
        defer { swap(&datagram, &incoming) }
        let step = taken.next(on: &self, into: &datagram)
        exchange = taken
        // What cannot be said does not come to the kernel.
        if case .refused(let id, _, _) = step, let request = asked.removeValue(forKey: id) { note(request) }
        return Event(translation.news(of: step, in: datagram))
    }
}
