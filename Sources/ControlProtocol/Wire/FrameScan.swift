/// The walk over a frame that comes before `JSONDecoder`.
///
/// It refuses what is nested deeper than any call or reply, since a decoder recurses, and it takes one long text out,
/// unescaped, leaving `""` in its place: the general decoder then has only small things to do (JSONText.swift says why).
/// Everything else about the frame is judged by the decoder.
struct FrameScan {
    /// The deepest nesting that is let through; a reply has 5 levels at most.
    static let maximumDepth = 32

    /// The frame with an empty string in place of the text.
    private(set) var residue: [UInt8] = []
    /// The text, where the frame has it.
    private(set) var text: [UInt8]?

    /// The name, in the object `parameters`, of the string to take out.
    private let field: String?
    private var depth = 0
    /// Whether the value of a member is next: a colon has passed.
    private var isValue = false
    /// Whether the member at hand of the outermost object is `parameters`.
    private var inParameters = false
    /// Whether the member at hand of the second level is ``field``.
    private var inField = false
    /// Up to where the frame has been copied to the residue.
    private var copied = 0

    /// Walks over `frame`; `parameters.<field>` is taken out.
    init(_ frame: [UInt8], field: String?) throws(FrameError) {
        self.field = field
        var index = 0
        while index < frame.count {
            try step(frame, at: &index)
        }
        residue += frame[copied...]
    }

    private mutating func step(_ frame: [UInt8], at index: inout Int) throws(FrameError) {
        let byte = frame[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""):
            try string(frame, at: &index)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            isValue = false
            guard depth <= Self.maximumDepth else { throw .tooDeep(limit: Self.maximumDepth) }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
        case UInt8(ascii: ":"):
            isValue = true
        case UInt8(ascii: ","):
            isValue = false
        default:
            break
        }
    }

    /// A string whose opening quote precedes `index`.
    private mutating func string(_ frame: [UInt8], at index: inout Int) throws(FrameError) {
        if isValue, depth == 2, inParameters, inField {
            return try takeOut(frame, at: &index)
        }
        let start = index
        skipString(frame, at: &index)
        guard !isValue, let field else { return }
        let name = frame[start..<max(start, index - 1)]
        if depth == 1 { inParameters = name.elementsEqual("parameters".utf8) }
        if depth == 2 { inField = name.elementsEqual(field.utf8) }
    }

    private mutating func takeOut(_ frame: [UInt8], at index: inout Int) throws(FrameError) {
        guard text == nil else { throw .malformed(reason: "a member occurs twice") }
        residue += frame[copied..<index]
        var length = 0
        text = try [UInt8](unescapingJSON: frame.span.extracting(index...), end: &length)
        index += length
        copied = index - 1
    }

    /// Goes behind the closing quote, or to the end of a frame that lacks it.
    private func skipString(_ frame: [UInt8], at index: inout Int) {
        let bytes = frame.span
        while index < bytes.count {
            let byte = bytes[index]
            index += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return }
        }
        index = bytes.count
    }
}
