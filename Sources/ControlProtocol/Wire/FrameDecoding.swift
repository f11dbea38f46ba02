import FoundationEssentials

extension IncomingFrame {
    /// The longest call, without its text, that is decoded: four times what any call has. The decoder and `String` take
    /// quadratic time for some texts that are not ASCII, in names of members too; in so few bytes it comes to nothing.
    static let residueLimit = 1024

    /// Decodes what a client sent, without the NUL.
    package init(frame: [UInt8]) throws(CallError) {
        do {
            let scan = try FrameScan(frame, field: ExecuteParameters.bulkField)
            guard scan.residue.count <= Self.residueLimit else {
                throw FrameError.malformed(reason: "more than \(Self.residueLimit) bytes beside the text")
            }
            self = try JSONDecoder().decode(CallDecoding.self, from: Data(scan.residue)).frame
            if let text = scan.text { take(text) }
        } catch let error as CallError {
            throw error
        } catch {
            throw .malformed(FrameError(error))
        }
    }

    /// Puts the text back that the scan took out.
    private mutating func take(_ text: [UInt8]) {
        guard case .call(var incoming) = self else { return }
        switch incoming.call {
        case .execute(var parameters):
            parameters.text = WireText(text)
            incoming.call = .execute(parameters)
        case .plan(var parameters):
            parameters.text = WireText(text)
            incoming.call = .plan(parameters)
        default: return
        }
        self = .call(incoming)
    }
}

extension FrameError {
    /// What made a frame undecodable; nothing of its content is repeated.
    init(_ error: any Error) {
        switch error {
        case let error as FrameError: self = error
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
private struct CallDecoding: Decodable {
    let frame: IncomingFrame

    private enum Key: String, CodingKey {
        case method, parameters, more, oneway, upgrade
    }

    init(from decoder: any Decoder) throws {
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
        case .plan: .plan(try parameters(container))
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
            return try JSONDecoder().decode(Parameters.self, from: Data("{}".utf8))
        } catch DecodingError.keyNotFound(let key, _) {
            throw ServiceError.invalidParameter(key.stringValue)
        }
    }
}
