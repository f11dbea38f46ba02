/// Decodes values from ``JSONNodes``: objects, arrays, `Bool`, `Int`, `String`, words and ``WireText``, which is all that
/// travels. Members that nobody asks for are not looked at.
struct JSONDecoding: Decoder {
    let nodes: JSONNodes
    /// The node of the value that is decoded.
    let index: Int

    var codingPath: [any CodingKey] { nodes.path(to: index) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// The value of the whole text.
    init(_ nodes: JSONNodes) {
        self.init(nodes, at: 0)
    }

    fileprivate init(_ nodes: JSONNodes, at index: Int) {
        self.nodes = nodes
        self.index = index
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard nodes[index].kind == .object else { throw mismatch([String: Any].self) }
        return KeyedDecodingContainer(JSONMembers(nodes, at: index))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard nodes[index].kind == .array else { throw mismatch([Any].self) }
        return JSONElements(nodes, at: index)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    fileprivate func mismatch(_ type: any Any.Type) -> DecodingError {
        .typeMismatch(type, DecodingError.Context(codingPath: codingPath, debugDescription: "another type of value"))
    }

    /// A value of any type: texts and numbers know nothing of their decoder's containers.
    fileprivate func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type == WireText.self, let text = try wireText() as? Value { return text }
        return try type.init(from: self)
    }

    private func wireText() throws -> WireText {
        guard nodes[index].kind == .string else { throw mismatch(String.self) }
        let bytes = nodes.bytes(at: index)
        // A short text does not keep all the others in memory.
        return WireText(bytes.count < 4096 ? Array(bytes)[...] : bytes)
    }
}

extension JSONDecoding: SingleValueDecodingContainer {
    func decodeNil() -> Bool { nodes[index].kind == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        switch nodes[index].kind {
        case .true: true
        case .false: false
        default: throw mismatch(type)
        }
    }

    func decode(_ type: Int.Type) throws -> Int {
        guard nodes[index].kind == .number, let number = nodes.integer(at: index) else { throw mismatch(type) }
        return number
    }

    func decode(_ type: String.Type) throws -> String {
        guard nodes[index].kind == .string else { throw mismatch(type) }
        return nodes.string(at: index)
    }

    /// No other value comes alone.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { throw mismatch(type) }
}

/// The members of an object.
private final class JSONMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let nodes: JSONNodes
    private let object: Int
    /// What follows the member that was found last: most often the next one that is asked for.
    private var hint: Int

    init(_ nodes: JSONNodes, at object: Int) {
        self.nodes = nodes
        self.object = object
        hint = object + 1
    }

    var codingPath: [any CodingKey] { nodes.path(to: object) }

    var allKeys: [Key] {
        nodes.children(of: object).compactMap { Key(stringValue: nodes.string(at: $0 - 1)) }
    }

    private func member(_ key: Key) -> JSONDecoding? {
        guard let index = nodes.member(key.stringValue, of: object, hint: hint) else { return nil }
        hint = Int(nodes[index].next)
        return JSONDecoding(nodes, at: index)
    }

    private func required(_ key: Key) throws -> JSONDecoding {
        if let member = member(key) { return member }
        throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "no such member"))
    }

    /// `nil` also for null.
    private func present(_ key: Key) -> JSONDecoding? {
        member(key).flatMap { $0.decodeNil() ? nil : $0 }
    }

    func contains(_ key: Key) -> Bool { member(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try required(key).decodeNil() }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try required(key).decode(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try required(key).decode(type) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try required(key).decode(type) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try required(key).value(type)
    }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try present(key)?.decode(type) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try present(key)?.decode(type) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try present(key)?.decode(type) }
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try present(key)?.value(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try required(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try required(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { JSONDecoding(nodes, at: object) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try required(key) }
}

/// The elements of an array, one after the other.
private struct JSONElements: UnkeyedDecodingContainer {
    private let nodes: JSONNodes
    private let array: Int
    private var next: Int
    private(set) var currentIndex = 0

    init(_ nodes: JSONNodes, at array: Int) {
        self.nodes = nodes
        self.array = array
        next = array + 1
    }

    var codingPath: [any CodingKey] { nodes.path(to: array) }
    var count: Int? { nil }
    var isAtEnd: Bool { next == Int(nodes[array].next) }

    private mutating func element() throws -> JSONDecoding {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                Any.self, DecodingError.Context(codingPath: codingPath, debugDescription: "no further element"))
        }
        defer {
            next = Int(nodes[next].next)
            currentIndex += 1
        }
        return JSONDecoding(nodes, at: next)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, nodes[next].kind == .null else { return false }
        return try element().decodeNil()
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try element().value(type) }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try element().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try element().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try element() }
}
