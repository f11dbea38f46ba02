/// How text is written: as it is, or straight as the inside of a JSON string.
///
/// Whoever writes knows which of its own characters JSON writes otherwise; what comes from outside is looked at byte by
/// byte. So a text that is to travel is escaped as it is made, and not looked at again.
@usableFromInline
package struct TextForm: Sendable {
    /// As it is.
    package static var plain: TextForm { TextForm(isEscaped: false) }
    /// As the inside of a JSON string (RFC 8259, 7).
    package static var json: TextForm { TextForm(isEscaped: true) }

    /// Whether it is the inside of a JSON string.
    package let isEscaped: Bool

    @usableFromInline package let newline: UInt64
    @usableFromInline package let tab: UInt64
    /// How many bytes the newline has, and the tab.
    @usableFromInline package let signByteCount: Int

    private init(isEscaped: Bool) {
        self.isEscaped = isEscaped
        // The backslash is the lower byte, and so the first.
        newline = isEscaped ? 0x6e5c : 0x0a
        tab = isEscaped ? 0x745c : 0x09
        signByteCount = isEscaped ? 2 : 1
    }

    /// The most bytes that `text` becomes.
    package func byteCount(of text: String) -> Int { text.utf8.count * (isEscaped ? 6 : 1) }
}

/// All of these need room in the output for what they append.
extension OutputSpan<UInt8> {
    /// Appends a line end: at most 2 bytes.
    @inlinable @inline(__always)
    package mutating func appendNewline(_ form: TextForm) { append(form.signByteCount, of: form.newline) }

    /// Appends a tab: at most 2 bytes.
    @inlinable @inline(__always)
    package mutating func appendTab(_ form: TextForm) { append(form.signByteCount, of: form.tab) }

    /// Appends a text that may hold anything.
    package mutating func append(foreign text: String, _ form: TextForm) {
        guard form.isEscaped else { return append(utf8: text) }
        append(escapedForJSON: text.utf8Span.span)
    }
}
