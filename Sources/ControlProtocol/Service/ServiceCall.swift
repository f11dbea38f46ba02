/// The calls of `org.varlink.service`, which every Varlink service answers.
package enum ServiceCall: Hashable, Sendable {
    /// `GetInfo`: who answers here, and with which interfaces.
    case getInfo
    /// `GetInterfaceDescription`: the text of an interface.
    case getInterfaceDescription(interface: String)
}

/// What `GetInfo` tells.
package struct ServiceInfo: Codable, Hashable, Sendable {
    /// Who has made the program.
    package var vendor: String
    /// What the program is called.
    package var product: String
    /// The program's version.
    package var version: String
    /// Where to read about it.
    package var url: String
    /// The names of the interfaces that it answers to.
    package var interfaces: [String]

    /// This product, in its version `version`.
    package init(version: String) {
        vendor = "the setkeyd authors"
        product = "setkeyd"
        self.version = version
        url = "file:///usr/share/doc/setkeyd/README.md"
        interfaces = [ServiceError.interfaceName, controlInterfaceName]
    }
}

/// What `GetInterfaceDescription` tells.
struct ServiceDescription: Codable, Hashable, Sendable {
    /// The interface in Varlink's language.
    var description: String
}

/// The replies to ``ServiceCall``.
package enum ServiceReply: Hashable, Sendable {
    /// To ``ServiceCall/getInfo``.
    case info(ServiceInfo)
    /// To ``ServiceCall/getInterfaceDescription(interface:)``: the interface in Varlink's language.
    case description(String)
}

extension ServiceCall {
    /// The answer, which depends on nothing but the program.
    package func reply(_ info: ServiceInfo) throws(ServiceError) -> ServiceReply {
        switch self {
        case .getInfo: return .info(info)
        case .getInterfaceDescription(controlInterfaceName): return .description(controlInterfaceText)
        case .getInterfaceDescription(ServiceError.interfaceName): return .description(serviceInterfaceText)
        case .getInterfaceDescription(let other): throw .interfaceNotFound(other)
        }
    }

    /// Appends the frame of the answer, which may be an error.
    /// - Throws: if the frame would be too long.
    package func appendAnswer(_ info: ServiceInfo, to bytes: inout [UInt8]) throws(FrameError) {
        let answer: ServiceReply
        do throws(ServiceError) { answer = try reply(info) } catch { return try error.appendFrame(to: &bytes) }
        try answer.appendFrame(to: &bytes)
    }
}
