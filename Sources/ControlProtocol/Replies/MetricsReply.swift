/// A part of the figures.
package struct MetricsReply: Codable, Hashable, Sendable {
    /// Whole lines; the parts together are a text of OpenMetrics 1.0.
    package var text: WireText

    package init(text: WireText) { self.text = text }
}
