/// The errors of `org.varlink.service`, which any call may be answered with.
package enum ServiceError: Error, Hashable, Sendable {
    /// There is no interface of this name here.
    case interfaceNotFound(String)
    /// The interface has no method of this name.
    case methodNotFound(String)
    /// The interface has the method, but the program does not answer to it.
    case methodNotImplemented(String)
    /// A parameter is missing or of the wrong type; the name is a path where it lies deeper (`a.b`).
    case invalidParameter(String)
    /// The caller may not do this.
    case permissionDenied
    /// The answer needs several replies, but the caller did not say `more`.
    case expectedMore

    /// The interface's name.
    package static let interfaceName = "org.varlink.service"
}
