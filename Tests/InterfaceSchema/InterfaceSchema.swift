import ControlProtocol

/// The interface as a JSON Schema (draft 2020-12): each of its types, what each of its methods replies, and each of its errors
/// as it travels; and the types of what setkey prints besides.
package enum InterfaceSchema {
    /// The schema as a document.
    package static var text: String {
        get throws {
            try schema(of: VarlinkInterface(controlInterfaceText + InterfaceText.documentTypes)).text() + "\n"
        }
    }

    private static func schema(of interface: VarlinkInterface) -> JSONValue {
        var definitions: [JSONValue.Member] = []
        for (name, shape) in interface.types.sorted(by: { $0.key < $1.key }) {
            definitions.append(.init(name: name, value: describe(shape, name, interface)))
        }
        for (name, method) in interface.methods.sorted(by: { $0.key < $1.key }) {
            let reply = describe(method.output, "\(name).output", interface)
            definitions.append(.init(name: "\(name)Reply", value: reply))
        }
        for (name, fields) in interface.errors.sorted(by: { $0.key < $1.key }) {
            let error = JSONValue([
                ("type", "object"),
                (
                    "properties",
                    JSONValue([
                        ("error", JSONValue([("const", .string("\(interface.name).\(name)"))])),
                        ("parameters", describe(.object(fields), name, interface)),
                    ])
                ),
                ("required", .array(["error", "parameters"])),
            ])
            definitions.append(.init(name: "\(name)Error", value: error))
        }
        return JSONValue([
            ("$schema", "https://json-schema.org/draft/2020-12/schema"), ("title", .string(interface.name)),
            (
                "description",
                """
                What setkey --json prints and the daemon replies; made from the interface, which setkeyd answers when asked \
                for GetInterfaceDescription. setkey(8) says which definition is of which output. Later versions may have \
                further members and further words.
                """
            ), ("$defs", .object(definitions)),
        ])
    }

    private static func describe(_ shape: Shape, _ path: String, _ interface: VarlinkInterface) -> JSONValue {
        var members = keywords(of: shape, path, interface)
        if let remark = interface.remarks[path] { members.append(.init(name: "description", value: .string(remark))) }
        return .object(members)
    }

    private static func keywords(
        of shape: Shape, _ path: String, _ interface: VarlinkInterface
    ) -> [JSONValue.Member] {
        switch shape {
        case .bool: return [.init(name: "type", value: "boolean")]
        case .int: return [.init(name: "type", value: "integer")]
        case .string: return [.init(name: "type", value: "string")]
        case .words(let words):
            return [
                .init(name: "type", value: "string"), .init(name: "enum", value: .array(words.map { .string($0) })),
            ]
        case .named(let name): return [.init(name: "$ref", value: .string("#/$defs/\(name)"))]
        case .optional(let value): return keywords(of: value, path, interface)
        case .array(let element):
            return [
                .init(name: "type", value: "array"),
                .init(name: "items", value: .object(keywords(of: element, "", interface))),
            ]
        case .object(let fields):
            let names = fields.keys.sorted()
            let required = names.filter { if case .optional? = fields[$0] { false } else { true } }
            let properties = names.compactMap { name in
                fields[name].map {
                    JSONValue.Member(name: name, value: describe($0, "\(path).\(name)", interface))
                }
            }
            return [
                .init(name: "type", value: "object"), .init(name: "properties", value: .object(properties)),
                .init(name: "required", value: .array(required.map { .string($0) })),
            ]
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) {
        self = .string(value)
    }

    fileprivate init(_ members: [(String, JSONValue)]) {
        self = .object(members.map { Member(name: $0.0, value: $0.1) })
    }
}
