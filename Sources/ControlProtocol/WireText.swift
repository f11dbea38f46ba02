import TextBytes

/// Text on its way to or from a JSON string, as bytes.
///
/// The parser reads bytes and the dump writes bytes: a `String` in between would be checked and copied for nothing. A dump
/// is rendered as it travels (``appendEscaped(_:)``), so that what is sent is copied once and looked at no more.
/// JSON strings are Unicode, so bytes that are not UTF-8 do not travel: they are sent as U+FFFD.
package struct WireText: Sendable, Codable, ExpressibleByStringLiteral {
    private enum Form {
        /// UTF-8, or what should be; a part of what it was decoded with.
        case plain(ArraySlice<UInt8>)
        /// The inside of a JSON string.
        case escaped([UInt8])
    }

    private var form: Form

    /// The text whose UTF-8 is `bytes`.
    package init(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    /// The text whose UTF-8 is `bytes`; all that these are a part of stays in memory with it.
    init(_ bytes: ArraySlice<UInt8>) {
        form = .plain(bytes)
    }

    /// The text `string`.
    package init(_ string: String) {
        self.init(Array(string.utf8))
    }

    package init(stringLiteral value: String) {
        self.init(value)
    }

    /// An empty text for ``appendEscaped(_:)``, with room for `byteCount` bytes as they travel.
    package init(reserving byteCount: Int) {
        var room: [UInt8] = []
        room.reserveCapacity(byteCount)
        form = .escaped(room)
    }

    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Lets `body` append text as it travels: whole characters of UTF-8 as the inside of a JSON string.
    package mutating func appendEscaped(_ body: (inout [UInt8]) -> Void) {
        var escaped: [UInt8] = []
        switch form {
        case .plain(let bytes): escaped.append(escapedForJSON: bytes.span)
        case .escaped(let bytes): escaped = bytes
        }
        // It has one holder, who appends to it in place.
        form = .escaped([])
        body(&escaped)
        form = .escaped(escaped)
    }

    /// Appends another text.
    package mutating func append(_ other: WireText) {
        if case .plain(let own) = form, case .plain(let bytes) = other.form {
            form = .plain(own + bytes)
        } else {
            appendEscaped { other.appendEscaped(to: &$0) }
        }
    }

    /// About how many bytes the text has.
    package var approximateByteCount: Int {
        switch form {
        case .plain(let bytes): bytes.count
        case .escaped(let bytes): bytes.count
        }
    }

    /// Whether there is not a single byte.
    package var isEmpty: Bool { approximateByteCount == 0 }

    /// The text; bytes that are not UTF-8 are there as they were given.
    package var bytes: [UInt8] { Array(slice) }

    /// The same, without a copy where the text was received.
    package var slice: ArraySlice<UInt8> {
        switch form {
        case .plain(let bytes): return bytes
        case .escaped(let bytes):
            var strings = JSONStrings(capacity: bytes.count + 1)
            var index = 0
            // What was escaped here can be unescaped.
            try? strings.append(unescaping: (bytes + [UInt8(ascii: "\"")]).span, at: &index)
            return strings.bytes[...]
        }
    }

    /// The text as a string; bytes that are not UTF-8 become U+FFFD.
    package var string: String {
        String(decoding: slice, as: UTF8.self)
    }

    /// Appends the text as the inside of a JSON string.
    func appendEscaped(to output: inout [UInt8]) {
        switch form {
        case .plain(let bytes): output.append(escapedForJSON: bytes.span)
        case .escaped(let bytes): output.append(inPieces: bytes.span)
        }
    }
}

extension WireText: JSONWritable {
    func write(to output: inout JSONOutput) {
        // A long text is moved once: there is room for what follows it.
        if approximateByteCount > 4096 { output.bytes.reserveCapacity(output.bytes.count + approximateByteCount + 256) }
        output.bytes.append(UInt8(ascii: "\""))
        appendEscaped(to: &output.bytes)
        output.bytes.append(UInt8(ascii: "\""))
    }
}

extension WireText: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        switch (left.form, right.form) {
        case (.plain(let left), .plain(let right)): left == right
        case (.escaped(let left), .escaped(let right)): left == right
        default: left.slice == right.slice
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(slice)
    }
}
