extension IncomingFrame {
    /// The longest call, without its text, that is let through: four times what any call has. What a call costs is what
    /// its text costs.
    static let residueLimit = 1024

    /// Decodes what a client sent, without the NUL.
    package init(frame: [UInt8]) throws(CallError) {
        do {
            // Each value and name takes two bytes at least.
            let nodes = try JSONScanner.nodes(of: frame.span, maximumNodes: Self.residueLimit / 2)
            guard frame.count - nodes.callTextByteCount <= Self.residueLimit else { throw FrameError.longBesideText }
            self = try CallDecoding(from: JSONDecoding(nodes)).frame
        } catch let error as CallError {
            throw error
        } catch {
            throw .malformed(FrameError(error))
        }
    }
}

extension JSONNodes {
    /// How many bytes of the frame are the text of a call, as it is written there.
    fileprivate var callTextByteCount: Int {
        guard let parameters = member("parameters", of: 0), let text = member("text", of: parameters) else { return 0 }
        return self[text].kind == .string ? Int(self[text].end - self[text].start) : 0
    }
}

extension FrameError {
    fileprivate static let longBesideText = FrameError.malformed(
        reason: "more than \(IncomingFrame.residueLimit) bytes beside the text")

    private init(_ error: JSONError) {
        self =
            switch error.reason {
            case .tooDeep(let limit): .tooDeep(limit: limit)
            case .tooManyValues: .longBesideText
            default: .malformed(reason: error.description)
            }
    }

    /// What made a frame undecodable; nothing of its content is repeated.
    init(_ error: any Error) {
        switch error {
        case let error as FrameError: self = error
        case let error as JSONError: self.init(error)
        case DecodingError.dataCorrupted: self = .malformed(reason: "not JSON")
        case DecodingError.keyNotFound(let key, _): self = .malformed(reason: "no \"\(key.stringValue)\"")
        case let error as DecodingError:
            let path = error.path
            self = .malformed(reason: path.isEmpty ? "not an object" : "\"\(path)\" has the wrong type")
        default: self = .malformed(reason: "not JSON")
        }
    }
}

extension DecodingError {
    /// The member at fault, as a path from the outermost object: `parameters.text`.
    fileprivate var path: String {
        let keys: [any CodingKey] =
            switch self {
            case .keyNotFound(let key, let context): context.codingPath + [key]
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                context.codingPath
            @unknown default: []
            }
        return keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}

/// A call's envelope, decoded in one pass with its parameters: their type follows from the method.
private struct CallDecoding {
    let frame: IncomingFrame

    private enum Key: String, CodingKey {
        case method, parameters, more, oneway, upgrade
    }

    init(from decoder: JSONDecoding) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let name = try container.decode(String.self, forKey: .method)
        let more = try container.decodeIfPresent(Bool.self, forKey: .more) ?? false
        let oneway = try container.decodeIfPresent(Bool.self, forKey: .oneway) ?? false
        do {
            // Nothing here speaks another protocol, and `oneway` contradicts `more`.
            let upgrade = try container.decodeIfPresent(Bool.self, forKey: .upgrade) ?? false
            guard !upgrade else { throw ServiceError.invalidParameter(Key.upgrade.rawValue) }
            guard !(more && oneway) else { throw ServiceError.invalidParameter(Key.more.rawValue) }
            frame = try Self.frame(name, in: container, more: more, oneway: oneway)
        } catch let error as ServiceError {
            throw CallError.refused(error, oneway: oneway)
        } catch let error as DecodingError {
            let parameter = error.path.split(separator: ".").dropFirst().joined(separator: ".")
            throw CallError.refused(.invalidParameter(parameter.isEmpty ? error.path : parameter), oneway: oneway)
        }
    }

    private static func frame(
        _ name: String, in container: KeyedDecodingContainer<Key>, more: Bool, oneway: Bool
    ) throws -> IncomingFrame {
        guard let dot = name.lastIndex(of: ".") else { throw ServiceError.methodNotFound(name) }
        let member = String(name[name.index(after: dot)...])
        switch name[..<dot] {
        case controlInterfaceName[...]:
            guard let method = Method(rawValue: member) else { throw ServiceError.methodNotFound(name) }
            guard more || !method.needsMore else { throw ServiceError.expectedMore }
            return .call(IncomingCall(call: try call(method, in: container), more: more, oneway: oneway))
        case ServiceError.interfaceName[...]:
            return .service(try serviceCall(name, member, in: container), oneway: oneway)
        case let other:
            throw ServiceError.interfaceNotFound(String(other))
        }
    }

    private static func call(_ method: Method, in container: KeyedDecodingContainer<Key>) throws -> Call {
        switch method {
        case .execute: .execute(try parameters(container))
        case .listAssociations: .listAssociations(try parameters(container))
        case .listPolicies: .listPolicies(try parameters(container))
        case .render: .render(try parameters(container))
        case .flush: .flush(try parameters(container))
        case .monitor: .monitor(try parameters(container))
        case .reload: .reload(try parameters(container))
        case .confirm: .confirm
        case .revert: .revert
        case .turnOff: .turnOff(try parameters(container))
        case .turnOn: .turnOn(try parameters(container))
        case .plan: .plan(try parameters(container))
        case .schedule: .schedule
        case .explain: .explain(try parameters(container))
        case .diagnose: .diagnose
        case .metrics: .metrics(try parameters(container))
        case .status: .status
        case .traits: .traits
        }
    }

    private static func serviceCall(
        _ name: String, _ member: String, in container: KeyedDecodingContainer<Key>
    ) throws -> ServiceCall {
        switch member {
        case "GetInfo":
            return .getInfo
        case "GetInterfaceDescription":
            let fields: ServiceErrorFields = try parameters(container)
            guard let interface = fields.interface else { throw ServiceError.invalidParameter("interface") }
            return .getInterfaceDescription(interface: interface)
        default:
            throw ServiceError.methodNotFound(name)
        }
    }

    /// The parameters; a caller who sets none may leave the object out.
    private static func parameters<Parameters: Decodable>(
        _ container: KeyedDecodingContainer<Key>
    ) throws -> Parameters {
        if let parameters = try container.decodeIfPresent(Parameters.self, forKey: .parameters) { return parameters }
        do {
            return try Parameters(from: JSONDecoding(.emptyObject))
        } catch DecodingError.keyNotFound(let key, _) {
            throw ServiceError.invalidParameter(key.stringValue)
        }
    }
}
