extension ServiceError: CustomStringConvertible {
    /// The error in words, for people.
    package var description: String {
        switch self {
        case .interfaceNotFound(let name): "there is no interface \(name)"
        case .methodNotFound(let name): "there is no method \(name)"
        case .methodNotImplemented(let name): "the method \(name) is not implemented"
        case .invalidParameter(let name): "the parameter \(name) is missing or of the wrong type"
        case .permissionDenied: "permission denied"
        case .expectedMore: "the answer needs several replies"
        }
    }
}
