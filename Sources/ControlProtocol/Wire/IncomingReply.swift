/// A frame that the daemon sent, decoded.
package enum IncomingReply: Hashable, Sendable {
    /// A reply, and whether further ones to the same call follow.
    case reply(Reply, continues: Bool)
    /// An error of our interface.
    case controlError(ControlError)
    /// An error of `org.varlink.service`.
    case serviceError(ServiceError)
    /// An error that this client does not know, by its name: the daemon is a newer one.
    case unknownError(String)
}

extension IncomingReply {
    /// Decodes the answer, without its NUL, to a call of `method`.
    package init(frame: [UInt8], to method: Method) throws(FrameError) {
        do {
            let nodes = try JSONScanner.nodes(of: frame.span)
            self = try ReplyDecoding(from: JSONDecoding(nodes), to: method).reply
        } catch {
            throw FrameError(error)
        }
    }
}

/// A reply's envelope, decoded in one pass with its parameters: their type follows from the method, which a reply
/// itself does not name.
private struct ReplyDecoding {
    let reply: IncomingReply

    private enum Key: String, CodingKey {
        case error, parameters, continues
    }

    init(from decoder: JSONDecoding, to method: Method) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let name = try container.decodeIfPresent(String.self, forKey: .error) {
            reply = try Self.error(name, in: container)
        } else {
            let continues = try container.decodeIfPresent(Bool.self, forKey: .continues) ?? false
            reply = .reply(try Self.reply(method, in: container), continues: continues)
        }
    }

    private static func error(_ name: String, in container: KeyedDecodingContainer<Key>) throws -> IncomingReply {
        if name.hasPrefix("\(controlInterfaceName).") {
            let fields = try container.decodeIfPresent(ControlErrorFields.self, forKey: .parameters)
            let member = String(name.dropFirst(controlInterfaceName.utf8.count + 1))
            return ControlError(name: member, fields: fields ?? ControlErrorFields()).map { .controlError($0) }
                ?? .unknownError(name)
        }
        if name.hasPrefix("\(ServiceError.interfaceName).") {
            let fields = try container.decodeIfPresent(ServiceErrorFields.self, forKey: .parameters)
            let member = String(name.dropFirst(ServiceError.interfaceName.utf8.count + 1))
            return ServiceError(name: member, fields: fields ?? ServiceErrorFields()).map { .serviceError($0) }
                ?? .unknownError(name)
        }
        return .unknownError(name)
    }

    private static func reply(_ method: Method, in container: KeyedDecodingContainer<Key>) throws -> Reply {
        switch method {
        case .execute: .execute(try container.decode(ExecuteReply.self, forKey: .parameters))
        case .listAssociations: .associations(try container.decode(AssociationsReply.self, forKey: .parameters))
        case .listPolicies: .policies(try container.decode(PoliciesReply.self, forKey: .parameters))
        case .render: .render(try container.decode(RenderReply.self, forKey: .parameters))
        case .flush: .flushed
        case .monitor: .monitor(try container.decode(MonitorReply.self, forKey: .parameters))
        case .reload, .revert, .turnOff, .turnOn:
            .reload(try container.decode(ReloadReply.self, forKey: .parameters))
        case .confirm: .confirmed
        case .plan: .plan(try container.decode(PlanReply.self, forKey: .parameters))
        case .schedule: .schedule(try container.decode(ScheduleReply.self, forKey: .parameters))
        case .explain: .explain(try container.decode(ExplainReply.self, forKey: .parameters))
        case .diagnose: .diagnose(try container.decode(DiagnoseReply.self, forKey: .parameters))
        case .metrics: .metrics(try container.decode(MetricsReply.self, forKey: .parameters))
        case .status: .status(try container.decode(StatusReply.self, forKey: .parameters))
        case .traits: .traits(try container.decode(TraitsReply.self, forKey: .parameters))
        }
    }
}
