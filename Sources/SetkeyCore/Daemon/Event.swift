package import ControlProtocol
package import IPsec

/// What can happen to the daemon; the only way in.
package enum Event: Sendable {
    /// The kernel socket is open: begin. The state is what the last daemon left behind.
    case started(RestoredState)
    /// Messages of the kernel, in their order: what one leads to is decided before the next is heard, and done when all
    /// have been.
    case kernel([KernelEvent])
    /// The requests up to this one have been sent, and nothing is left in the kernel socket: an answer that has not come by
    /// now was lost.
    case unanswered(RequestID)
    /// So many requests of a burst, from this one on, were not sent, because one before them was refused or its answer
    /// lost; that was told before. See ``RequestBurst``.
    case unsent(RequestID, count: Int)
    /// Messages of the kernel may have been lost.
    case overrun
    /// The configuration file has been read, because ``Effect/readConfiguration(_:)`` asked.
    case configuration(Configuration, ReadPurpose)
    /// What ``Effect/record(_:)`` asked for is on the disk, or why it is not.
    case recorded(complaint: String?)
    /// The ports that ``Effect/openPorts(_:)`` asked for are open, except for these.
    case portsOpened(except: [ClosedPort])
    /// The kernel is spoken to by its richer interface, because ``Effect/moveToRicherInterface`` asked; or why it is not.
    case moved(failure: String?)
    /// What ``Effect/examine(_:)`` asked for has been judged.
    case examined(Examination.Result)
    /// What ``Effect/measure(_:)`` asked for has been written.
    case measured(Measurement.Result)
    /// The network devices are these, as the kernel's messages are read from here on.
    case devices(Devices)
    /// The kernel has done all that comes of what it has told of network devices, because ``Effect/settleDevices`` asked.
    case devicesSettled
    /// The turn of the loop that ``Effect/nextTurn`` asked for.
    case turn
    /// A client has connected, and the kernel has said who it is.
    case connected(ClientID, Peer)
    /// A client has called; its answer is awaited.
    case called(ClientID, Call)
    /// What was queued for a client has gone out.
    case drained(ClientID)
    /// A client is disconnected for what it did; ``disconnected(_:)`` follows.
    case faulted(ClientID, String)
    /// A client is gone: nothing is sent to it any more.
    case disconnected(ClientID)
    /// The shell has something to say that others can provoke, or that may be so again and again.
    case noticed(LogCause, String)
    /// SIGHUP.
    case reloadRequested
    /// SIGTERM or SIGINT.
    case stopRequested
    /// The service manager wants to know whether we live.
    case watchdog
    /// The moment that ``Effect/wake(at:)`` asked for has come.
    case woken
    /// The moment that ``Effect/callByClock(_:)`` asked for has come, or the clock has been set.
    case clockCalled
}

extension Event {
    /// What the kernel has to say; `nil` where that is nothing, or that it cannot be read.
    package init?(_ news: KernelNews) {
        switch news {
        case .event(let event): self = .kernel([event])
        case .unanswered(let id): self = .unanswered(id)
        case .unsent(let id, let count): self = .unsent(id, count: count)
        case .overrun: self = .overrun
        case .failed, .idle: return nil
        }
    }
}

/// What the daemon wants done; the shell does it and decides nothing.
package enum Effect: Sendable {
    /// Ask the kernel, after what it was asked before; each answer comes back as events that carry the id.
    case burst(RequestBurst)
    /// Answer a call; with `continues` more replies follow.
    case reply(ClientID, Reply, continues: Bool)
    /// Answer a call with an error.
    case fail(ClientID, ControlError)
    /// Tell monitors something.
    case tell([ClientID], MonitorReply)
    /// Make these forms of each message of the kernel, from the next one on: somebody wants to see them.
    case show(ShownMessage.Forms)
    /// Write a line to the log.
    case log(LogEntry)
    /// Send ``Event/devicesSettled`` when the kernel has done all that comes of what it has told of network devices.
    case settleDevices
    /// Speak to the kernel by its richer interface from now on, and send ``Event/moved(failure:)``.
    case moveToRicherInterface
    /// Read the file, on its own thread, and send ``Event/configuration(_:_:)``.
    case readConfiguration(ReadPurpose)
    /// Nobody wants the plan any more that the file is being read for: stop reading, and say nothing of it.
    case abandonReading
    /// Write this down, after what was asked to be written before, and send ``Event/recorded(complaint:)``.
    case record(StateChange)
    /// Let the kernel take ESP out of UDP at these ends, and nowhere else; send ``Event/portsOpened(except:)``.
    case openPorts([UDPEndpoint])
    /// Judge these entries by what the machine says, away from the main queue, and send ``Event/examined(_:)``.
    case examine(Examination)
    /// Make the text of these figures with what the machine counts, away from the main queue, and send
    /// ``Event/measured(_:)``.
    case measure(Measurement)
    /// Free these values, away from the main queue.
    case discard(Garbage)
    /// Send ``Event/turn`` when everybody else has had a turn.
    case nextTurn
    /// Send ``Event/woken`` at this moment of the monotonic clock; a later one replaces it, `nil` cancels.
    case wake(at: UInt64?)
    /// Send ``Event/clockCalled`` once, as this call says, which replaces the one before; `nil` cancels.
    case callByClock(ClockCall?)
    /// A state is in force: the first one, or the one that a reload has led to.
    case ready(status: String)
    /// The start has not led to the state that the file declares; the status says what of it remains in the kernel. End.
    case startFailed(KernelErrno, status: String)
    /// A reload has begun; ``ready(status:)`` ends it.
    case reloading
    /// How things stand, for whoever looks at the service.
    case status(String)
    /// The kernel has answered since ``Event/watchdog``.
    case alive
    /// Close everything and end.
    case stop
}
