/// Text on its way to or from a JSON string, as bytes.
///
/// The parser reads bytes and the dump writes bytes: a `String` in between would be checked and copied for nothing. A dump
/// is rendered as it travels (``appendEscaped(_:)``), so that what is sent is copied once and looked at no more.
/// JSON strings are Unicode, so bytes that are not UTF-8 do not travel: they are sent as U+FFFD.
package struct WireText: Sendable, Codable, ExpressibleByStringLiteral {
    private enum Form {
        /// UTF-8, or what should be.
        case plain
        /// The inside of a JSON string.
        case escaped
    }

    private var form: Form
    private var storage: [UInt8]

    /// The text whose UTF-8 is `bytes`.
    package init(_ bytes: [UInt8]) {
        form = .plain
        storage = bytes
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
        form = .escaped
        storage = []
        storage.reserveCapacity(byteCount)
    }

    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(string)
    }

    /// Lets `body` append text as it travels: whole characters of UTF-8 as the inside of a JSON string (`TextForm.json`).
    package mutating func appendEscaped(_ body: (inout [UInt8]) -> Void) {
        escape()
        body(&storage)
    }

    /// Appends another text.
    package mutating func append(_ other: WireText) {
        if form != other.form { escape() }
        if form == other.form { storage += other.storage } else { storage.append(escapedForJSON: other.storage.span) }
    }

    /// From here on the bytes are those that travel.
    private mutating func escape() {
        guard form == .plain else { return }
        var escaped: [UInt8] = []
        escaped.append(escapedForJSON: storage.span)
        form = .escaped
        storage = escaped
    }

    /// About how many bytes the text has.
    package var approximateByteCount: Int { storage.count }

    /// Whether there is not a single byte.
    package var isEmpty: Bool { storage.isEmpty }

    /// The text; bytes that are not UTF-8 are there as they were given.
    package var bytes: [UInt8] {
        guard form == .escaped else { return storage }
        var strings = JSONStrings(capacity: storage.count + 1)
        var index = 0
        // What was escaped here can be unescaped.
        try? strings.append(unescaping: (storage + [UInt8(ascii: "\"")]).span, at: &index)
        return strings.contents()
    }

    /// The text as a string; bytes that are not UTF-8 become U+FFFD.
    package var string: String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text as the inside of a JSON string.
    func appendEscaped(to output: inout [UInt8]) {
        switch form {
        case .plain: output.append(escapedForJSON: storage.span)
        case .escaped: output += storage
        }
    }
}

extension WireText: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.form == right.form ? left.storage == right.storage : left.bytes == right.bytes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
    }
}
