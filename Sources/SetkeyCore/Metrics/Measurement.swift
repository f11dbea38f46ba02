import ControlProtocol
import IPsec

/// What figures are made of: the kernel's entries as they are at one moment, and how things stand. The shell has the text
/// made away from the main queue, with what the machine counts.
package struct Measurement: Sendable {
    /// What the daemon knows of itself.
    struct Service: Sendable {
        let status: StatusReply
        /// Seconds since 1970.
        let now: Int
        /// Seconds since 1970.
        let startedAt: UInt64
        /// Transitions that have ended.
        let transitions: (done: Int, failed: Int)
        let isLastDone: Bool
        let repairs: Int
        /// Seconds since the kernel was asked for its entries.
        let readAges: PerDatabase<UInt64, UInt64>
    }

    /// What has come of it.
    package struct Result: Sendable {
        /// The text, in parts.
        let parts: [WireText]
        /// The one with the figures of each SA, if somebody has asked for that.
        let partsPerAssociation: [WireText]?
        let ledger: TrafficLedger
    }

    let walk: MetricsWalk
    let service: Service
    /// By what the kernel is spoken to.
    let traits: KernelTraits
    /// Whether somebody has asked for the figures of each SA, and whether for those of all together.
    let wantsEach: Bool
    let wantsSums: Bool
    let ledger: TrafficLedger

    /// Whether the kernel is this machine's, and not one in the process.
    package var isOfMachine: Bool { traits.protectsTraffic }

    /// Makes the text.
    ///
    /// - Parameter counters: those of `/proc/net/xfrm_stat`, in their order.
    package func result(_ counters: [(name: String, value: UInt64)]) -> Result {
        var ledger = ledger
        ledger.take(walk.associations)
        func parts(each: Bool) -> [WireText] {
            var text = MetricsText()
            appendService(to: &text)
            appendEntries(to: &text)
            appendTunnels(ledger, to: &text)
            if each { appendAssociations(to: &text) }
            appendCounters(counters, to: &text)
            text.end()
            return text.parts
        }
        return Result(
            parts: wantsSums ? parts(each: false) : [], partsPerAssociation: wantsEach ? parts(each: true) : nil,
            ledger: ledger)
    }

    private func appendCounters(_ counters: [(name: String, value: UInt64)], to text: inout MetricsText) {
        guard !counters.isEmpty else { return }
        text.begin(.xfrmDrops)
        for counter in counters { text.sample(counter.value, [counter.name]) }
    }
}
