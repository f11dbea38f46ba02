import IPsec

extension KernelRequest {
    /// Whether a message says what an answer to this would say: the same verb, of the same entry.
    ///
    /// What answers a change is its broadcast, and what is broadcast of another process's changes carries whatever
    /// numbers that process has written: they do not make it our answer.
    func isAnswered(by content: KernelEvent.Content) -> Bool {
        switch self {
        // The many first, and not as one of a pair: that would be a copy of both.
        case .add(let asked): content.says(.added, of: asked.identity)
        case .update(let asked): content.says(.updated, of: asked.identity)
        case .get(let asked): content.says(.got, of: asked.identity)
        case .delete(let asked): content.says(.deleted, of: asked.identity)
        case .addPolicy(let asked): content.says(.added, of: asked.identity)
        case .updatePolicy(let asked): content.says(.updated, of: asked.identity)
        case .deletePolicy(let asked): content.says(.deleted, of: asked)
        default: content.isToRequester || isMatched(by: content)
        }
    }

    private func isMatched(by content: KernelEvent.Content) -> Bool {
        switch (self, content) {
        case (.subscribe, .subscribed): true
        case (.reserveSPI(let asked, _), .reservedSPI(let told)):
            asked.identity.destination == told.identity.destination
                && asked.identity.ipsecProtocol == told.identity.ipsecProtocol
        case (.flush(let asked), .flushed(let told)): asked == told
        case (.dump, .dumped), (.dump, .dumpEnded), (.dumpPolicies, .dumpedPolicy), (.dumpPolicies, .dumpEnded): true
        case (.getPolicy(let asked), .policy(.got, let told)): asked == told.index
        case (.flushPolicies, .policiesFlushed): true
        case (.getHashThresholds, .hashThresholds), (.setHashThresholds, .hashThresholdsSet): true
        default: false
        }
    }
}

extension KernelEvent.Content {
    /// Whether it is told to the requester alone.
    fileprivate var isToRequester: Bool {
        switch self {
        case .refused, .unreadable: true
        default: false
        }
    }

    /// Whether it says that this was done to the SA of this name, or was refused.
    fileprivate func says(_ verb: KernelEvent.Verb, of identity: SAIdentity) -> Bool {
        guard case .association(let done, let told) = self else { return isToRequester }
        return done == verb && told.identity == identity
    }

    /// Whether it says that this was done to the policy of this name, or was refused.
    fileprivate func says(_ verb: KernelEvent.Verb, of identity: PolicyIdentity) -> Bool {
        guard case .policy(let done, let told) = self else { return isToRequester }
        return done == verb && told.identity == identity
    }
}
