/// The errors of `org.varlink.service`, which any call may be answered with.
package enum ServiceError: Error, Hashable, Sendable {
    case interfaceNotFound(String)
    case methodNotFound(String)
    case methodNotImplemented(String)
    /// A parameter is missing or of the wrong type; the name is a path where it lies deeper (`a.b`).
    case invalidParameter(String)
    case permissionDenied
    /// The answer needs several replies, but the caller did not say `more`.
    case expectedMore

    /// The interface's name.
    package static let interfaceName = "org.varlink.service"
}
