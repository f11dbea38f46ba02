import TextBytes

/// Reads a JSON text (RFC 8259) into ``JSONNodes``, in one pass and without recursion.
///
/// Stricter than the standard wants: text is UTF-8, names do not repeat within an object, and depth, members of an object
/// and values are bounded. So the time is linear in the text's length whatever it says.
struct JSONScanner: ~Escapable {
    /// The deepest nesting that is let through; a reply has 5 levels at most.
    static let maximumDepth = 32
    /// The most members of an object that are let through: ten times what any has. Each is compared with those before.
    static let maximumMembers = 400

    private let text: Span<UInt8>
    private let maximumNodes: Int
    private var index = 0
    private var nodes: [JSONNodes.Node] = []
    private var strings: JSONStrings
    /// The open arrays and objects, the outermost first.
    private var open: [Container] = []

    private struct Container {
        let node: Int
        /// Bits that the names so far have set: a name with a bit of its own has not been there before.
        var names: UInt64 = 0
        var memberCount = 0
    }

    /// - Parameter maximumNodes: How many values and names are let through.
    @_lifetime(copy text)
    private init(_ text: Span<UInt8>, maximumNodes: Int) {
        self.text = text
        self.maximumNodes = maximumNodes
        strings = JSONStrings(capacity: text.count)
    }

    /// The nodes of `text`, which must be one value and nothing else.
    static func nodes(of text: Span<UInt8>, maximumNodes: Int = .max) throws(JSONError) -> JSONNodes {
        var scanner = JSONScanner(text, maximumNodes: maximumNodes)
        try scanner.scan()
        return JSONNodes(nodes: scanner.nodes, strings: scanner.strings.bytes)
    }

    private func error(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: index) }

    @_lifetime(self: copy self)
    private mutating func scan() throws(JSONError) {
        try value()
        while let container = open.last {
            let isObject = nodes[container.node].kind == .object
            let isFirst = nodes.count == container.node + 1
            if try byte() == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                index += 1
                nodes[container.node].end = UInt32(index)
                nodes[container.node].next = UInt32(nodes.count)
                open.removeLast()
                continue
            }
            if !isFirst { try skip(UInt8(ascii: ",")) }
            if isObject { try name() }
            try value()
        }
        skipBlanks()
        guard index == text.count else { throw error(.trailingBytes) }
    }

    // MARK: Values

    @_lifetime(self: copy self)
    private mutating func value() throws(JSONError) {
        switch try byte() {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"): try begin(.object)
        case UInt8(ascii: "["): try begin(.array)
        case UInt8(ascii: "t"): try word("true", .true)
        case UInt8(ascii: "f"): try word("false", .false)
        case UInt8(ascii: "n"): try word("null", .null)
        default: try number()
        }
    }

    @_lifetime(self: copy self)
    private mutating func begin(_ kind: JSONNodes.Kind) throws(JSONError) {
        guard open.count < Self.maximumDepth else { throw error(.tooDeep(limit: Self.maximumDepth)) }
        open.append(Container(node: nodes.count))
        try add(kind, from: index, textFrom: strings.count)
        index += 1
    }

    @_lifetime(self: copy self)
    private mutating func string() throws(JSONError) {
        index += 1
        let start = index
        let textStart = strings.count
        try strings.append(unescaping: text, at: &index)
        try add(.string, from: start, textFrom: textStart, through: index - 1)
    }

    /// The name of a member, and the colon.
    @_lifetime(self: copy self)
    private mutating func name() throws(JSONError) {
        guard try byte() == UInt8(ascii: "\"") else { throw error(.notJSON) }
        let index = nodes.count
        try string()
        try noteName(nodes[index].text)
        try skip(UInt8(ascii: ":"))
    }

    /// Refuses a name that the object has already.
    @_lifetime(self: copy self)
    private mutating func noteName(_ name: Range<Int>) throws(JSONError) {
        let last = open.count - 1
        open[last].memberCount += 1
        guard open[last].memberCount <= Self.maximumMembers else {
            throw error(.tooManyMembers(limit: Self.maximumMembers))
        }
        let bit = UInt64(1) << UInt64(truncatingIfNeeded: mark(of: name) % 64)
        defer { open[last].names |= bit }
        guard open[last].names & bit != 0 else { return }
        let end = nodes.count - 1
        var other = open[last].node + 1
        while other < end {
            let text = nodes[other].text
            guard text.count != name.count || !strings.isEqual(text, name) else { throw error(.repeatedName) }
            other = Int(nodes[other + 1].next)
        }
    }

    /// A number in which two names most often differ.
    private func mark(of name: Range<Int>) -> Int {
        guard !name.isEmpty else { return 0 }
        return name.count &+ 5 &* Int(strings[name.lowerBound]) &+ 11 &* Int(strings[name.upperBound - 1])
    }

    @_lifetime(self: copy self)
    private mutating func word(_ word: StaticString, _ kind: JSONNodes.Kind) throws(JSONError) {
        let start = index
        for position in 0..<word.utf8CodeUnitCount {
            guard index < text.count, text[index] == word.byte(at: position) else { throw error(.notJSON) }
            index += 1
        }
        try add(kind, from: start, textFrom: strings.count)
    }

    /// A number: its text is kept, since what it is to fit into is known later.
    @_lifetime(self: copy self)
    private mutating func number() throws(JSONError) {
        let start = index
        let textStart = strings.count
        skipIf(UInt8(ascii: "-"))
        // No digit may follow a leading zero; what follows is judged by whoever reads on.
        if !skipIf(UInt8(ascii: "0")) { try digits() }
        if skipIf(UInt8(ascii: ".")) { try digits() }
        if skipIf(UInt8(ascii: "e")) || skipIf(UInt8(ascii: "E")) {
            if !skipIf(UInt8(ascii: "+")) { skipIf(UInt8(ascii: "-")) }
            try digits()
        }
        strings.append(text, from: start, to: index)
        try add(.number, from: start, textFrom: textStart)
    }

    /// One digit at least.
    @_lifetime(self: copy self)
    private mutating func digits() throws(JSONError) {
        let start = index
        while index < text.count, 48...57 ~= text[index] { index += 1 }
        guard index > start else { throw error(.notJSON) }
    }

    @_lifetime(self: copy self)
    private mutating func add(
        _ kind: JSONNodes.Kind, from start: Int, textFrom textStart: Int, through end: Int? = nil
    ) throws(JSONError) {
        guard nodes.count < maximumNodes else { throw error(.tooManyValues(limit: maximumNodes)) }
        nodes.append(
            JSONNodes.Node(
                kind: kind, start: UInt32(start), end: UInt32(end ?? index), textStart: UInt32(textStart),
                textEnd: UInt32(strings.count), next: UInt32(nodes.count + 1)))
    }

    // MARK: Bytes

    /// The next byte that is no blank; it stays.
    @_lifetime(self: copy self)
    private mutating func byte() throws(JSONError) -> UInt8 {
        skipBlanks()
        guard index < text.count else { throw error(.notJSON) }
        return text[index]
    }

    @_lifetime(self: copy self)
    private mutating func skipBlanks() {
        while index < text.count, text[index] <= 0x20, [0x20, 0x0a, 0x0d, 0x09].contains(text[index]) { index += 1 }
    }

    @_lifetime(self: copy self)
    private mutating func skip(_ byte: UInt8) throws(JSONError) {
        guard try self.byte() == byte else { throw error(.notJSON) }
        index += 1
    }

    @discardableResult
    @_lifetime(self: copy self)
    private mutating func skipIf(_ byte: UInt8) -> Bool {
        guard index < text.count, text[index] == byte else { return false }
        index += 1
        return true
    }
}
