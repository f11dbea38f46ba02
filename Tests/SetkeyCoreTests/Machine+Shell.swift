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
        case .burst(let burst): ask(burst)
        case .reply(let client, let reply, let continues):
            replies.append((client, reply, continues))
            if continues, areClientsReading { handle(.drained(client)) }
        case .fail(let client, let error): errors.append((client, error))
        case .tell(_, let reply): told.append(reply)
        case .show(let forms): shownForms = forms
        case .log(let entry): log.append(entry)
        case .settleDevices: queue(.devicesSettled)
        case .moveToRicherInterface: handle(moveToRicherInterface())
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
        case .examine(let examination): queue(.examined(examination.result(report)))
        case .measure(let measurement): queue(.measured(measurement.result(report.counters)))
        case .nextTurn: isTurnDue = true
        case .discard(let garbage): garbage.free()
        case .wake(let moment): wakeAt = moment
        case .callByClock(let call): clockCall = call
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

    /// Has the kernel do what it is asked, until nothing is left, and nothing that follows either.
    mutating func settle() {
        repeat {
            while requestLimit != 0, let event = nextOfKernel() { handle(event) }
            guard requestLimit != 0 else { return }
            if isTurnDue, !daemon.isWaitingForKernel {
                isTurnDue = false
                turns += 1
                handle(.turn)
            }
            passLingering()
        } while daemon.isWaitingForKernel || isTurnDue
    }

    /// Until when SAs linger, on the monotonic clock; `nil` if none do.
    var lingersUntil: UInt64? {
        let now = now.monotonic
        return daemon.reconciler.transition?.application?.deadline(at: now) ?? daemon.clients.deadline(at: now)
    }

    /// When nothing else is left, the time passes for which SAs linger.
    private mutating func passLingering() {
        guard isLingeringShort, !daemon.isWaitingForKernel, !isTurnDue, let end = lingersUntil else { return }
        nanoseconds += end - now.monotonic
        handle(.woken)
    }
}
