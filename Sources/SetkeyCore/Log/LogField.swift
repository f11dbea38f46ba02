import IPsec

/// One field of the journal, besides the message.
package struct LogField: Hashable, Sendable {
    /// The names that are in use; programs rely on them.
    package enum Name: String, CaseIterable, Hashable, Sendable {
        /// An SA's source address.
        case source = "SETKEYD_SOURCE"
        /// An SA's destination address.
        case destination = "SETKEYD_DESTINATION"
        /// `ah`, `esp`, `ipcomp`.
        case ipsecProtocol = "SETKEYD_PROTOCOL"
        /// Hexadecimal, `0x1001`.
        case spi = "SETKEYD_SPI"
        /// The mark that is part of the name of an SA or a policy, `0x1/0xff`; left out where there is none.
        case mark = "SETKEYD_MARK"
        /// The interface id that is part of the name of a policy; left out where there is none.
        case interfaceID = "SETKEYD_IF_ID"
        /// The device that is part of the name of a policy; left out where there is none.
        case device = "SETKEYD_DEVICE"
        /// An SA's mode, as dumps print it.
        case mode = "SETKEYD_MODE"
        /// A policy's direction, as dumps print it.
        case direction = "SETKEYD_DIRECTION"
        /// As the policy's statement has it: `10.1.0.0/16[any] 10.2.0.0/16[any] any`; `default` for what becomes of packets
        /// that no policy matches.
        case selector = "SETKEYD_SELECTOR"
        /// A policy's priority, the kernel's number.
        case priority = "SETKEYD_PRIORITY"
        /// The errno's number.
        case errno = "ERRNO"
        /// `FILE:LINE:COLUMN`.
        case statement = "SETKEYD_STATEMENT"
        /// Why a step is in a plan: `missing`, `differs(key)`, `stale`.
        case reason = "SETKEYD_REASON"
        /// The user id of the client that asked for it.
        case clientUID = "SETKEYD_CLIENT_UID"
        /// The process id of the client that asked for it.
        case clientPID = "SETKEYD_CLIENT_PID"
        /// Who did it: `file`, `client`, `other`.
        case author = "SETKEYD_AUTHOR"
        /// The process id that another program wrote into its message; it may write what it likes.
        case authorPID = "SETKEYD_AUTHOR_PID"
        /// Kernel writes that a reload took.
        case writes = "SETKEYD_WRITES"
    }

    /// What the field is called.
    package let name: Name
    /// What it says; never a key.
    package let value: String

    package init(_ name: Name, _ value: some CustomStringConvertible) {
        self.name = name
        self.value = value.description
    }
}

extension SecurityAssociation {
    /// What names it and what tells it from others; no keys.
    var logFields: [LogField] {
        [LogField(.source, source)] + identity.logFields
            + [LogField(.mode, mode.word.map { "\($0)" } ?? "\(mode.rawValue)")]
    }
}

extension SAIdentity {
    var logFields: [LogField] {
        let fields = [
            LogField(.destination, destination), LogField(.ipsecProtocol, ipsecProtocol.word), LogField(.spi, spi),
        ]
        return mark.isNone ? fields : fields + [LogField(.mark, mark)]
    }
}

extension SecurityPolicy {
    var logFields: [LogField] {
        identity.isDefault ? identity.logFields : identity.logFields + [LogField(.priority, priority)]
    }
}

extension PolicyIdentity {
    var logFields: [LogField] {
        if isDefault { return [LogField(.direction, direction.word), LogField(.selector, "default")] }
        var fields = [LogField(.direction, direction.word), LogField(.selector, selector.phrase)]
        guard isBound else { return fields }
        if !mark.isNone { fields.append(LogField(.mark, mark)) }
        if interfaceID != .none { fields.append(LogField(.interfaceID, interfaceID.rawValue)) }
        if let device { fields.append(LogField(.device, device)) }
        return fields
    }
}

extension EntryName {
    var logFields: [LogField] {
        switch self {
        case .association(let identity): identity.logFields
        case .policy(let identity): identity.logFields
        }
    }
}
