/// The outer values of a JSON text: where they stand, in one pass, without what is inside of the inner ones.
///
/// A dump's records are passed on as they came, and reading them would be for nothing, as long as it takes. So what is inside
/// is passed over by its quotes and brackets; this judges less than ``JSONScanner``, but nothing leads it out of the text.
struct JSONOutline: Sendable {
    /// Values in so many containers are found: the elements of an array that is a member of a member.
    private static let maximumDepth = 3

    /// A value, or the name of a member, which precedes its value.
    struct Value: Sendable {
        /// In how many containers it is.
        let depth: Int
        /// Where it stands, quotes and brackets included.
        var range: Range<Int>
    }

    /// In the order of the text.
    private var values: [Value] = []

    /// Finds the values of `text`.
    init(_ text: Span<UInt8>) throws(JSONError) {
        var index = 0
        // The containers that are open, of those that are found.
        var open: [Int] = []
        var depth = 0
        while index < text.count {
            let start = index
            index += 1
            switch text[start] {
            case UInt8(ascii: "\""):
                index = text.indexBehindString(from: index)
                add(start..<index, at: depth)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth <= Self.maximumDepth { open.append(values.count) }
                add(start..<index, at: depth)
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                guard depth >= 0 else { throw JSONError(reason: .notJSON, offset: start) }
                if depth <= Self.maximumDepth, let container = open.popLast() {
                    values[container].range = values[container].range.lowerBound..<index
                }
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x0a, 0x0d, 0x09: break
            default:
                while index < text.count, !text[index].endsJSONWord { index += 1 }
                add(start..<index, at: depth)
            }
        }
        guard depth == 0, index == text.count, !values.isEmpty else { throw JSONError(reason: .notJSON, offset: index) }
    }

    private mutating func add(_ range: Range<Int>, at depth: Int) {
        if depth <= Self.maximumDepth { values.append(Value(depth: depth, range: range)) }
    }

    /// Where the value at `index` stands.
    subscript(index: Int) -> Range<Int> { values[index].range }

    /// The values right inside of the one at `index`: the elements of an array; the names of an object, each before its value.
    func children(of index: Int) -> [Int] {
        let depth = values[index].depth
        var children: [Int] = []
        var child = index + 1
        while child < values.count, values[child].depth > depth {
            if values[child].depth == depth + 1 { children.append(child) }
            child += 1
        }
        return children
    }

    /// The members of the object at `index`, by the values of name and value.
    func members(of index: Int) -> [(name: Int, value: Int)] {
        let children = children(of: index)
        return stride(from: 0, to: children.count - 1, by: 2).map { (children[$0], children[$0 + 1]) }
    }
}

extension Span<UInt8> {
    /// The index behind the string whose text begins at `start`, or the end.
    fileprivate func indexBehindString(from start: Int) -> Int {
        var index = start
        while index < count {
            let byte = self[index]
            if byte == UInt8(ascii: "\"") { return index + 1 }
            index += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return count
    }
}

extension UInt8 {
    /// Whether a number, `true`, `false` or `null` ends before it.
    fileprivate var endsJSONWord: Bool {
        switch self {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"), UInt8(ascii: "\""), 0...0x20:
            true
        default: false
        }
    }
}
