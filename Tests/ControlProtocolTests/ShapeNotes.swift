import InterfaceSchema

@testable import ControlProtocol

extension Shape {
    /// The shape that `type` decodes, found by letting it decode itself from a decoder that takes notes.
    init(of type: any Decodable.Type) throws {
        let notes = ShapeNotes()
        _ = try type.init(from: ShapeDecoder(notes: notes))
        self = notes.shape ?? .object([:])
    }
}

/// What one value was asked for while it was decoded.
private final class ShapeNotes {
    var shape: Shape?

    func add(_ field: String, _ shape: Shape) {
        var fields: [String: Shape] = [:]
        if case .object(let known)? = self.shape { fields = known }
        fields[field] = shape
        self.shape = .object(fields)
    }
}

/// Gives every type a value of it, and notes what was asked.
private struct ShapeDecoder: Decoder {
    let notes: ShapeNotes
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        notes.shape = notes.shape ?? .object([:])
        return KeyedDecodingContainer(Fields<Key>(notes: notes))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw Shape.Failure.unsupported("unkeyed")
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        Single(notes: notes)
    }

    /// A value of `type` and its shape.
    static func sample<Value: Decodable>(_ type: Value.Type) throws -> (Value, Shape) {
        let (value, shape): (Any, Shape) =
            switch type {
            case is Bool.Type: (false, .bool)
            case is Int.Type: (0, .int)
            // Of strings that are checked, addresses.
            case is String.Type: ("::", .string)
            case is DigestNonce.Type: (DigestNonce(digits: Samples.nonce) as Any, .string)
            case is DatabaseName.Type: (DatabaseName.associations, .words(DatabaseName.allCases.map(\.rawValue)))
            case is ProtocolName.Type: (ProtocolName.ah, .words(ProtocolName.allCases.map(\.rawValue)))
            case is MonitorEvent.Type: (MonitorEvent.other, .words(MonitorEvent.allCases.map(\.rawValue)))
            case is LifetimeExpiry.Type: (LifetimeExpiry.soft, .words(LifetimeExpiry.allCases.map(\.rawValue)))
            case let array as any ShapedArray.Type: (array.none, .array(try array.elementShape))
            default: (try type.init(from: ShapeDecoder(notes: ShapeNotes())), try Shape(of: type))
            }
        guard let value = value as? Value else { throw Shape.Failure.unsupported("\(type)") }
        return (value, shape)
    }

    private struct Fields<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let notes: ShapeNotes
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { [] }

        func contains(_ key: Key) -> Bool { true }
        func decodeNil(forKey key: Key) throws -> Bool { throw Shape.Failure.unsupported("null") }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            let (value, shape) = try ShapeDecoder.sample(type)
            notes.add(key.stringValue, shape)
            return value
        }

        func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
            notes.add(key.stringValue, .optional(try ShapeDecoder.sample(type).1))
            return nil
        }

        func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
            notes.add(key.stringValue, .optional(.bool))
            return nil
        }

        func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
            notes.add(key.stringValue, .optional(.int))
            return nil
        }

        func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
            notes.add(key.stringValue, .optional(.string))
            return nil
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> {
            throw Shape.Failure.unsupported("nested")
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            throw Shape.Failure.unsupported("nested")
        }

        func superDecoder() throws -> any Decoder { throw Shape.Failure.unsupported("super") }
        func superDecoder(forKey key: Key) throws -> any Decoder { throw Shape.Failure.unsupported("super") }
    }

    private struct Single: SingleValueDecodingContainer {
        let notes: ShapeNotes
        var codingPath: [any CodingKey] { [] }

        func decodeNil() -> Bool { false }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let (value, shape) = try ShapeDecoder.sample(type)
            notes.shape = shape
            return value
        }
    }
}

/// An array, whatever of.
private protocol ShapedArray {
    static var none: Any { get }
    static var elementShape: Shape { get throws }
}

extension Array: ShapedArray where Element: Decodable {
    fileprivate static var none: Any { Self() }
    fileprivate static var elementShape: Shape { get throws { try ShapeDecoder.sample(Element.self).1 } }
}
