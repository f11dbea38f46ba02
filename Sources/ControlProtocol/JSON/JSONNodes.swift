/// A JSON text, read: its values and names in the order of the text, and their strings unescaped.
///
/// Everything about the text has been judged before there is one of these (``JSONScanner``); what is left to do is to
/// look values up. It is flat, so nothing recurses, and a node costs 24 bytes however the text is nested.
final class JSONNodes: Sendable {
    enum Kind: UInt8 {
        case null, `true`, `false`, number, string, array, object
    }

    /// A value, or the name of a member, which precedes its value.
    struct Node {
        let kind: Kind
        /// Where it begins and ends in the text, in bytes; of a string without the quotes.
        let start: UInt32
        var end: UInt32
        /// Where an unescaped string, or a number as it was written, begins and ends among all of them.
        let textStart: UInt32
        let textEnd: UInt32
        /// The index of the first node that is not inside of this one.
        var next: UInt32

        var text: Range<Int> { Int(textStart)..<Int(textEnd) }
    }

    private let nodes: [Node]
    private let strings: [UInt8]

    /// The nodes of `{}`: what parameters are decoded from that were left out.
    static let emptyObject = JSONNodes(
        nodes: [Node(kind: .object, start: 0, end: 2, textStart: 0, textEnd: 0, next: 1)], strings: [])

    init(nodes: [Node], strings: [UInt8]) {
        self.nodes = nodes
        self.strings = strings
    }

    subscript(index: Int) -> Node { nodes[index] }

    /// The bytes of the string, or of the number as it was written, at `index`.
    func bytes(at index: Int) -> ArraySlice<UInt8> {
        strings[nodes[index].text]
    }

    /// The string, or the number as it was written, at `index`.
    func string(at index: Int) -> String {
        String(decoding: strings[nodes[index].text], as: UTF8.self)
    }

    /// The number at `index`, if it is a whole one that fits; `1.0` and `1e3` are whole.
    func integer(at index: Int) -> Int? {
        let text = nodes[index].text
        let isNegative = strings[text.lowerBound] == UInt8(ascii: "-")
        var value = 0
        for position in text.dropFirst(isNegative ? 1 : 0) {
            guard let digit = strings[position].decimalDigitValue else { return wholeNumber(at: index) }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }

    /// A number with a fraction or an exponent, up to where such a number tells whole ones apart.
    private func wholeNumber(at index: Int) -> Int? {
        guard let number = Double(string(at: index)), number.magnitude < 0x1p53 else { return nil }
        return Int(exactly: number)
    }

    /// The value of the member `name` of the object at `object`; `nil` also if that is no object.
    ///
    /// - Parameter hint: Where the name is looked for first: the node that follows the member before.
    func member(_ name: String, of object: Int, hint: Int? = nil) -> Int? {
        guard nodes[object].kind == .object else { return nil }
        let name = name.utf8Span.span
        let end = Int(nodes[object].next)
        if let hint, hint < end, isName(name, at: hint) { return hint + 1 }
        var index = object + 1
        while index < end {
            if isName(name, at: index) { return index + 1 }
            index = Int(nodes[index + 1].next)
        }
        return nil
    }

    private func isName(_ name: Span<UInt8>, at index: Int) -> Bool {
        let text = nodes[index].text
        guard text.count == name.count else { return false }
        var offset = 0
        while offset < name.count {
            guard strings[text.lowerBound + offset] == name[offset] else { return false }
            offset += 1
        }
        return true
    }

    /// The elements of the array, or the values of the members of the object, at `index`.
    func children(of index: Int) -> [Int] {
        // The name precedes the value.
        let step = nodes[index].kind == .object ? 1 : 0
        return Array(
            sequence(first: index + 1 + step) { Int(self.nodes[$0].next) + step }.prefix { $0 < nodes[index].next })
    }

    /// The names and numbers of elements that lead from the outermost value to the one at `index`.
    func path(to index: Int) -> [JSONKey] {
        var path: [JSONKey] = []
        var container = 0
        while container < index {
            let children = children(of: container)
            guard let position = children.lastIndex(where: { $0 <= index }) else { break }
            let isObject = nodes[container].kind == .object
            container = children[position]
            path.append(isObject ? JSONKey(stringValue: string(at: container - 1)) : JSONKey(intValue: position))
        }
        return path
    }
}

extension UInt8 {
    /// The value of an ASCII digit, 0...9; `nil` for any other byte.
    fileprivate var decimalDigitValue: Int? {
        48...57 ~= self ? Int(self) - 48 : nil
    }
}

/// A member's name, or the number of an element of an array.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = "\(intValue)"
        self.intValue = intValue
    }
}
