/// The fields of all errors of `org.setkeyd`; each has some of them.
struct ControlErrorFields: Codable {
    var diagnostics: [DiagnosticRecord]?
    var who: String?
    var operation: String?
    var errno: Int?
    var reason: String?
    var messages: [String]?
}

extension ControlError {
    /// Appends the error as a frame, its NUL included.
    package func appendFrame(to bytes: inout [UInt8]) throws(FrameError) {
        let (name, fields) = wire
        try bytes.append(frame: ErrorEnvelope(error: "\(controlInterfaceName).\(name)", parameters: fields))
    }

    /// Name and fields on the wire.
    var wire: (name: String, fields: ControlErrorFields) {
        var fields = ControlErrorFields()
        switch self {
        case .invalidText(let diagnostics):
            fields.diagnostics = diagnostics
            return ("InvalidText", fields)
        case .permissionDenied(let who):
            fields.who = who
            return ("PermissionDenied", fields)
        case .kernelRefused(let operation, let errno, let reason):
            (fields.operation, fields.errno, fields.reason) = (operation, errno, reason)
            return ("KernelRefused", fields)
        case .runAborted: return ("RunAborted", fields)
        case .reloadFailed(let messages):
            fields.messages = messages
            return ("ReloadFailed", fields)
        case .nothingPending(let reason):
            fields.reason = reason
            return ("NothingPending", fields)
        case .busy(let reason):
            fields.reason = reason
            return ("Busy", fields)
        case .stopping: return ("Stopping", fields)
        case .malformedCall(let reason):
            fields.reason = reason
            return ("MalformedCall", fields)
        }
    }

    /// The error of that name in `org.setkeyd`; `nil` if there is none of that name, or a field is missing.
    init?(name: String, fields: ControlErrorFields) {
        switch (name, fields.diagnostics, fields.who, fields.reason, fields.messages) {
        case ("InvalidText", let diagnostics?, _, _, _): self = .invalidText(diagnostics)
        case ("PermissionDenied", _, let who?, _, _): self = .permissionDenied(who: who)
        case ("KernelRefused", _, _, let reason?, _):
            guard let operation = fields.operation, let errno = fields.errno else { return nil }
            self = .kernelRefused(operation: operation, errno: errno, reason: reason)
        case ("RunAborted", _, _, _, _): self = .runAborted
        case ("ReloadFailed", _, _, _, let messages?): self = .reloadFailed(messages: messages)
        case ("NothingPending", _, _, let reason?, _): self = .nothingPending(reason: reason)
        case ("Busy", _, _, let reason?, _): self = .busy(reason: reason)
        case ("Stopping", _, _, _, _): self = .stopping
        case ("MalformedCall", _, _, let reason?, _): self = .malformedCall(reason: reason)
        default: return nil
        }
    }
}

/// The fields of all errors of `org.varlink.service`; each has one of them or none.
struct ServiceErrorFields: Codable {
    var interface: String?
    var method: String?
    var parameter: String?
}

extension ServiceError {
    /// Appends the error as a frame, its NUL included.
    package func appendFrame(to bytes: inout [UInt8]) throws(FrameError) {
        let (name, fields) = wire
        try bytes.append(frame: ErrorEnvelope(error: "\(Self.interfaceName).\(name)", parameters: fields))
    }

    /// Name and fields on the wire.
    var wire: (name: String, fields: ServiceErrorFields) {
        switch self {
        case .interfaceNotFound(let name): ("InterfaceNotFound", ServiceErrorFields(interface: name))
        case .methodNotFound(let name): ("MethodNotFound", ServiceErrorFields(method: name))
        case .methodNotImplemented(let name): ("MethodNotImplemented", ServiceErrorFields(method: name))
        case .invalidParameter(let name): ("InvalidParameter", ServiceErrorFields(parameter: name))
        case .permissionDenied: ("PermissionDenied", ServiceErrorFields())
        case .expectedMore: ("ExpectedMore", ServiceErrorFields())
        }
    }

    /// The error of that name in `org.varlink.service`; `nil` if there is none of that name, or its field is missing.
    init?(name: String, fields: ServiceErrorFields) {
        switch (name, fields.interface, fields.method, fields.parameter) {
        case ("InterfaceNotFound", let interface?, _, _): self = .interfaceNotFound(interface)
        case ("MethodNotFound", _, let method?, _): self = .methodNotFound(method)
        case ("MethodNotImplemented", _, let method?, _): self = .methodNotImplemented(method)
        case ("InvalidParameter", _, _, let parameter?): self = .invalidParameter(parameter)
        case ("PermissionDenied", _, _, _): self = .permissionDenied
        case ("ExpectedMore", _, _, _): self = .expectedMore
        default: return nil
        }
    }
}
