import ControlProtocol
import IPsec
import KernelBackends
import TestSupport

@testable import SetkeyCore

// The shell's part.

extension Machine {
    /// Handles an event and everything that follows from it.
    mutating func post(_ event: Event) {
        handle(event)
        settle()
    }

    /// Handles an event, and leaves what follows from it to ``settle()``.
    mutating func queue(_ event: Event) { handle(event) }

    private mutating func handle(_ event: Event) {
        guard requestLimit != 0 else { return }
        for effect in daemon.handle(event, at: now) { perform(effect) }
    }

    private mutating func perform(_ effect: Effect) {
        guard requestLimit != 0 else { return }
        switch effect {
        case .burst(let burst): send(burst)
        case .reply(let client, let reply, let continues):
            replies.append((client, reply, continues))
            if continues, areClientsReading { handle(.drained(client)) }
        case .fail(let client, let error): errors.append((client, error))
        case .tell(_, let reply): told.append(reply)
        case .log(let entry): log.append(entry)
        case .readConfiguration(let purpose):
            readings += 1
            if isReadingSlow {
                heldReadings.append(purpose)
            } else {
                handle(.configuration(readConfiguration(), purpose))
            }
        case .abandonReading:
            abandonments += 1
            heldReadings.removeAll { if case .plan = $0 { true } else { false } }
        case .ready(let status):
            isReady = isReady ?? true
            self.status = status
        case .startFailed(_, let status):
            isReady = false
            self.status = status
        case .status(let status): self.status = status
        case .reloading: reloads += 1
        case .alive: lives += 1
        case .record(let change): record(change)
        case .openPorts(let endpoints):
            openPorts.append(endpoints)
            handle(.portsOpened(except: endpoints.compactMap { end in portErrors[end].map { ClosedPort(end, $0) } }))
        case .nextTurn: isTurnDue = true
        case .discard(let garbage): garbage.free()
        case .wake(let moment): wakeAt = moment
        case .stop: break
        }
    }

    private mutating func record(_ change: StateChange) {
        guard !isDiskSlow else { return unwritten.append(change) }
        records.append((change, writes.count))
        handle(.recorded(complaint: disk.write(change)))
    }

    /// What was to be written is on the disk now.
    mutating func finishWriting() {
        isDiskSlow = false
        for change in unwritten { record(change) }
        unwritten = []
        settle()
    }

    private mutating func send(_ burst: RequestBurst) {
        var id = burst.firstID
        for request in burst.requests {
            lastSent = id
            send(request, id)
            id = id.next
        }
    }

    private mutating func send(_ request: KernelRequest, _ id: RequestID) {
        if case .dump = request { dumps += 1 }
        if request.isWrite {
            writes.append(request)
            requestLimit = requestLimit.map { $0 - 1 }
        }
        var bytes: [UInt8] = []
        let time = SimulatedKernel.Instant(seconds: UInt64(seconds))
        do throws(WireError) {
            try codec.encode(request, id: id, into: &bytes)
        } catch {
            return refuse(id, .invalidArgument)
        }
        if let errno = kernel.send(bytes, from: socket, at: time) { refuse(id, errno) }
    }

    private mutating func refuse(_ id: RequestID, _ errno: KernelErrno) {
        let origin = KernelEvent.Origin(request: id, processID: 0, sequence: id.rawValue)
        handle(.kernel(KernelEvent(origin: origin, content: .refused(errno))))
    }

    /// Reads the kernel until nothing is left, and nothing that follows either.
    mutating func settle() {
        repeat {
            while let datagram = kernel.receive(on: socket) {
                handle(.kernel(codec.decode(datagram.span)))
            }
            guard requestLimit != 0 else { return }
            if let id = lastSent.take() { handle(.unanswered(id)) }
            guard requestLimit != 0 else { return }
            if isTurnDue, !daemon.isWaitingForKernel {
                isTurnDue = false
                turns += 1
                handle(.turn)
            }
        } while daemon.isWaitingForKernel || isTurnDue
    }
}
