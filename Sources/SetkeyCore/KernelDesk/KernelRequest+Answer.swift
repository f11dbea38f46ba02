import IPsec

extension KernelRequest {
    /// Whether a message says what an answer to this would say: the same verb, of the same entry.
    ///
    /// What answers a change is its broadcast, and what is broadcast of another process's changes carries whatever
    /// numbers that process has written: they do not make it our answer.
    func isAnswered(by content: KernelEvent.Content) -> Bool {
        switch (self, content) {
        // To the requester alone.
        case (_, .refused), (_, .unreadable): true
        case (.subscribe, .subscribed): true
        case (.add(let asked), .association(.added, let told)), (.update(let asked), .association(.updated, let told)):
            asked.identity == told.identity
        case (.get(let asked), .association(.got, let told)), (.delete(let asked), .association(.deleted, let told)):
            asked.identity == told.identity
        case (.reserveSPI(let asked, _), .reservedSPI(let told)):
            asked.identity.destination == told.identity.destination
                && asked.identity.ipsecProtocol == told.identity.ipsecProtocol
        case (.flush(let asked), .flushed(let told)): asked == told
        case (.dump, .dumped), (.dump, .dumpEnded), (.dumpPolicies, .dumpedPolicy), (.dumpPolicies, .dumpEnded): true
        case (.addPolicy(let asked), .policy(.added, let told)),
            (.updatePolicy(let asked), .policy(.updated, let told)):
            asked.identity == told.identity
        case (.deletePolicy(let asked), .policy(.deleted, let told)): asked == told.identity
        case (.getPolicy(let asked), .policy(.got, let told)): asked == told.index
        case (.flushPolicies, .policiesFlushed): true
        default: false
        }
    }
}
