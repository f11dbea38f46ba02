package import IPsec

/// What a client asks, decoded: the methods of `org.setkeyd`, with their parameters.
package enum Call: Hashable, Sendable {
    case execute(ExecuteParameters)
    case listAssociations(ListAssociationsParameters)
    case listPolicies(ListPoliciesParameters)
    case render(RenderParameters)
    case flush(FlushParameters)
    case monitor(MonitorParameters)
    case reload(ReloadParameters)
    case confirm
    case revert
    case plan(PlanParameters)
    case status
    case traits
}

/// `Execute`: setkey text to run.
///
/// A run may be longer than a frame: the client cuts it between statements and sends the parts as calls on one
/// connection, all but the last with ``unfinished`` set. Each part is parsed whole before any of it is applied.
package struct ExecuteParameters: Codable, Hashable, Sendable {
    /// Statements of the setkey language; no `include`, no `@NAME`: the client has resolved them.
    package var text: WireText
    /// Whether an `in` policy also becomes a `fwd` one (`setkey -r`); otherwise policies go in as written.
    package var rfcSemantics: Bool?
    /// Whether the first failure undoes what the run has applied, and ends it.
    package var atomic: Bool?
    /// Whether `get` and `dump` may show keys; for the privileged alone.
    package var showKeys: Bool?
    /// Whether the replies carry every kernel message that passes meanwhile (`setkey -v`).
    package var verbose: Bool?
    /// Whether dumps show ports (`setkey -p`).
    package var showPorts: Bool?
    /// Whether a further part of this run follows.
    package var unfinished: Bool?

    package init(text: WireText) {
        self.text = text
    }
}

/// `ListAssociations`: the SAD as records.
package struct ListAssociationsParameters: Codable, Hashable, Sendable {
    /// Nothing for all.
    package var `protocol`: ProtocolName?
    /// Whether dead SAs are listed too (`setkey -a`).
    package var includeDead: Bool?
    /// Whether the records carry keys, in hexadecimal; for the privileged alone.
    package var showKeys: Bool?

    package init() {}
}

/// `ListPolicies`: the SPD as records.
package struct ListPoliciesParameters: Codable, Hashable, Sendable {
    package init() {}
}

/// `Render`: a dump as `setkey -D` or `setkey -DP` prints it.
package struct RenderParameters: Codable, Hashable, Sendable {
    /// Which database.
    package var database: DatabaseName
    /// Nothing for all.
    package var `protocol`: ProtocolName?
    /// `setkey -a`.
    package var includeDead: Bool?
    /// `setkey -p`.
    package var showPorts: Bool?
    /// `setkey -N`.
    package var hidePerSocket: Bool?
    /// `setkey --show-keys`; for the privileged alone.
    package var showKeys: Bool?

    package init(database: DatabaseName) {
        self.database = database
    }
}

/// The protocols of SAs, by their words in the language.
package enum ProtocolName: String, Codable, CaseIterable, Hashable, Sendable {
    case ah
    case esp
    case ipcomp

    /// The protocol that is meant.
    package var value: IPsecProtocol {
        switch self {
        case .ah: .ah
        case .esp: .esp
        case .ipcomp: .ipcomp
        }
    }
}

/// The two databases (RFC 4301, 4.4).
package enum DatabaseName: String, CaseIterable, Codable, Hashable, Sendable {
    case associations
    case policies
}

/// `Flush`: empties a database.
package struct FlushParameters: Codable, Hashable, Sendable {
    package var database: DatabaseName
    /// Nothing for all; for associations only.
    package var `protocol`: ProtocolName?

    package init(database: DatabaseName) {
        self.database = database
    }
}

/// `Reload`: the configuration is read again and applied.
package struct ReloadParameters: Codable, Hashable, Sendable {
    /// Go back to the former state, unless `Confirm` comes within so many seconds; 1...86,400.
    package var confirmSeconds: Int?

    package init() {}
}

/// `Plan`: what a reload would do.
package struct PlanParameters: Codable, Hashable, Sendable {
    /// Statements to take instead of the configuration, for the privileged alone: who may try texts can try keys.
    /// Nothing for the configuration as it is on disk. In parts as in ``ExecuteParameters``.
    package var text: WireText?
    /// Whether a further part of the text follows.
    package var unfinished: Bool?

    package init() {}
}

/// `Monitor`: every kernel event, until the client leaves. The first reply says that it is listening.
package struct MonitorParameters: Codable, Hashable, Sendable {
    /// Whether events carry the kernel's message: as text in the layout of `setkey -x`, and as hexadecimal.
    package var raw: Bool?
    /// Whether these show key bytes; for the privileged alone.
    package var showKeys: Bool?

    package init() {}
}
