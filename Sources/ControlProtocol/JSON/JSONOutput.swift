import TextBytes

/// JSON on its way out, appended to bytes that may hold other things before it.
struct JSONOutput {
    /// What has been written, behind what there was.
    var bytes: [UInt8]
    /// The closing brackets of the open arrays and objects, the outermost first.
    private var closings: [UInt8] = []

    /// Writes behind `bytes`.
    init(appendingTo bytes: consuming [UInt8] = []) {
        self.bytes = bytes
    }

    /// How many arrays and objects are open.
    var depth: Int { closings.count }

    /// Begins an object.
    mutating func beginObject() {
        bytes.append(UInt8(ascii: "{"))
        closings.append(UInt8(ascii: "}"))
    }

    /// Begins an array.
    mutating func beginArray() {
        bytes.append(UInt8(ascii: "["))
        closings.append(UInt8(ascii: "]"))
    }

    /// Ends arrays and objects until `depth` are open.
    mutating func end(to depth: Int) {
        while closings.count > depth { bytes.append(closings.removeLast()) }
    }

    /// Begins the next element of the array at `depth`, or the next member of the object there: what is open inside of it
    /// ends, and a comma precedes all but the first.
    mutating func beginElement(at depth: Int) {
        end(to: depth)
        // A bracket inside a string is followed by a quote.
        let isFirst = bytes.last == UInt8(ascii: "{") || bytes.last == UInt8(ascii: "[")
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
    }

    /// Begins the member `name` of the object at `depth`.
    mutating func beginMember(_ name: String, at depth: Int) {
        beginElement(at: depth)
        write(name)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func write(_ value: Bool) {
        bytes.append(value ? "true" : "false")
    }

    mutating func write(_ value: Int) {
        bytes.append(decimal: value)
    }

    mutating func writeNull() {
        bytes.append("null")
    }

    mutating func write(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(escapedForJSON: value.utf8Span.span)
        bytes.append(UInt8(ascii: "\""))
    }
}
