/// A part of a dump's text.
package struct RenderReply: Codable, Hashable, Sendable {
    /// Whole entries; the parts together are what `setkey -D` prints.
    package var text: WireText
    /// As in ``AssociationsReply``.
    package var incomplete: String?

    package init(text: WireText) {
        self.text = text
    }
}
