package import IPsec

/// A kernel interface in front of an ``Exchange``: requests become bytes, and what happens becomes news.
package struct KernelTranslation: Sendable {
    private var interface: any KernelInterface
    private var datagram: [UInt8] = []
    /// The stops that whoever asks has been told of.
    private var stops = ExchangeStops()

    package init(_ interface: any KernelInterface) {
        self.interface = interface
    }

    /// The devices that there are now.
    package mutating func know(_ devices: Devices) { interface.know(devices) }

    /// Requests as bytes, to be submitted at once.
    ///
    /// - Parameters:
    ///   - firstID: the id of the first one; those that follow have the ids that follow.
    ///   - stopsAtRefusal: whether one that is refused keeps those behind it from being sent.
    package mutating func burst(
        _ requests: [KernelRequest], from firstID: RequestID, stopsAtRefusal: Bool
    ) -> EncodedBurst {
        var burst = EncodedBurst(
            from: firstID, stopsAtRefusal: stopsAtRefusal,
            isUnordered: !stopsAtRefusal && requests.allSatisfy(\.isAddition), known: stops,
            reserving: requests.count * 512)
        var id = firstID
        for (index, request) in requests.enumerated() {
            do throws(WireError) {
                let isFollowed = burst.isUnordered && !burst.endsDatagram(index, of: requests.count)
                try interface.encode(request, id: id, isFollowed: isFollowed, into: &datagram)
                burst.append(datagram)
                datagram.wipe()
            } catch {
                // Nothing that the traits allow: the parser has refused the rest.
                burst.appendUnspeakable()
            }
            id = id.next
        }
        return burst
    }

    /// What a message of the kernel says.
    ///
    /// - Parameters:
    ///   - byteCount: what it takes at the beginning of `buffer`, which the caller wipes.
    ///   - forms: the forms in which somebody wants to see it.
    ///   - known: entries that a dump is likely to tell of as they are known.
    package mutating func message(
        _ byteCount: Int, in buffer: [UInt8], showing forms: ShownMessage.Forms, knowing known: inout some KnownEntries
    ) -> KernelEvent {
        let message = buffer.span.extracting(0..<byteCount)
        var event = interface.decode(message, knowing: &known)
        if !forms.isEmpty { event.message = interface.describe(message, as: forms) }
        return event
    }

    private mutating func forgetUnanswered(by step: ExchangeStep) {
        switch step {
        case .refused(let id, _, _), .unanswered(let id, _): interface.forget(id)
        case .unsent(var id, let count):
            for _ in 0..<count {
                interface.forget(id)
                id = id.next
            }
        case .message, .overrun, .failed, .idle: break
        }
    }

    /// What a step of the exchange says.
    ///
    /// - Parameters:
    ///   - buffer: what the exchange was given to read into; the caller wipes it.
    ///   - forms: the forms in which somebody wants to see a message.
    package mutating func news(
        of step: ExchangeStep, in buffer: [UInt8], showing forms: ShownMessage.Forms = []
    ) -> KernelNews {
        if let stop = step.stop { stops.count(stop) }
        forgetUnanswered(by: step)
        switch step {
        case .message(let byteCount, _):
            var known = NothingKnown()
            return .event(message(byteCount, in: buffer, showing: forms, knowing: &known))
        case .refused(let id, let errno, _):
            let origin = KernelEvent.Origin(request: id, processID: 0, sequence: id.rawValue)
            return .event(KernelEvent(origin: origin, content: .refused(errno)))
        case .unanswered(let id, _): return .unanswered(id)
        case .unsent(let id, let count): return .unsent(id, count: count)
        case .overrun: return .overrun
        case .failed(let errno): return .failed(errno)
        case .idle: return .idle
        }
    }
}
