import TextBytes

extension [UInt8] {
    /// Appends `value`, made of what travels (``JSONEncoding``), as JSON; throws, and appends nothing, if it is not.
    mutating func append(json value: some Encodable) throws {
        let start = count
        let target = JSONTarget(JSONOutput(appendingTo: self))
        self = []
        defer { swap(&self, &target.output.bytes) }
        do {
            try target.write(value)
        } catch {
            target.output.bytes.removeLast(target.output.bytes.count - start)
            throw error
        }
    }
}

/// The output that the containers of one value share.
final class JSONTarget {
    var output: JSONOutput

    init(_ output: consuming JSONOutput) {
        self.output = output
    }

    /// Writes a value of any type.
    func write(_ value: some Encodable) throws {
        let depth = output.depth
        let start = output.bytes.count
        try value.encode(to: JSONEncoding(target: self))
        output.end(to: depth)
        // A type without properties asks for no container.
        if output.bytes.count == start { output.bytes.append("{}") }
    }
}

/// Encodes values as JSON, straight into a ``JSONOutput``, members in the order in which their type has them: objects,
/// arrays, `Bool`, `Int`, `String`, words and what is ``JSONWritable``, which is all that travels.
///
/// A type may ask for one container, and must be done with a nested one before it goes on in the outer one; those that the
/// compiler makes do so.
struct JSONEncoding: Encoder {
    let target: JSONTarget

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        target.output.beginObject()
        return KeyedEncodingContainer(JSONMemberEncoding(target))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        target.output.beginArray()
        return JSONElementEncoding(target)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension JSONEncoding: SingleValueEncodingContainer {
    func encodeNil() { target.output.writeNull() }
    func encode(_ value: Bool) { target.output.write(value) }
    func encode(_ value: Int) { target.output.write(value) }
    func encode(_ value: String) { target.output.write(value) }

    /// No other value goes alone.
    func encode(_ value: some Encodable) throws {
        throw EncodingError.invalidValue(
            value, EncodingError.Context(codingPath: codingPath, debugDescription: "a type that does not travel"))
    }
}

/// The members of an object.
private struct JSONMemberEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    private let target: JSONTarget
    private let depth: Int

    /// The object that has just been begun.
    init(_ target: JSONTarget) {
        self.target = target
        depth = target.output.depth
    }

    var codingPath: [any CodingKey] { [] }

    /// In one access to the output.
    @inline(__always)
    private func write(_ key: Key, _ value: (inout JSONOutput) -> Void) {
        let name = key.stringValue
        func write(to output: inout JSONOutput) {
            output.beginMember(name, at: depth)
            value(&output)
        }
        write(to: &target.output)
    }

    private func begin(_ key: some CodingKey) {
        target.output.beginMember(key.stringValue, at: depth)
    }

    func encodeNil(forKey key: Key) {
        begin(key)
        target.output.writeNull()
    }

    func encode(_ value: Bool, forKey key: Key) {
        write(key) { $0.write(value) }
    }

    func encode(_ value: Int, forKey key: Key) {
        write(key) { $0.write(value) }
    }

    func encode(_ value: String, forKey key: Key) {
        write(key) { $0.write(value) }
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        begin(key)
        try target.write(value)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        begin(key)
        return JSONEncoding(target: target).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        begin(key)
        return JSONEncoding(target: target).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        begin(JSONKey(stringValue: "super"))
        return JSONEncoding(target: target)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        begin(key)
        return JSONEncoding(target: target)
    }
}

/// The elements of an array.
private struct JSONElementEncoding: UnkeyedEncodingContainer {
    private let target: JSONTarget
    private let depth: Int
    private(set) var count = 0

    /// The array that has just been begun.
    init(_ target: JSONTarget) {
        self.target = target
        depth = target.output.depth
    }

    var codingPath: [any CodingKey] { [] }

    private mutating func begin() {
        target.output.beginElement(at: depth)
        count += 1
    }

    mutating func encodeNil() {
        begin()
        target.output.writeNull()
    }

    mutating func encode(_ value: some Encodable) throws {
        begin()
        try target.write(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        begin()
        return JSONEncoding(target: target).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        begin()
        return JSONEncoding(target: target).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        begin()
        return JSONEncoding(target: target)
    }
}
