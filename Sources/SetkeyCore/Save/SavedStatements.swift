import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

/// Writes what the kernel has as statements that make it again, each on a line of its own.
///
/// A statement is read again before it is written: where that would not make the entry, or is an error, there is a comment
/// in its place that says why.
struct SavedStatements: Sendable {
    /// How keys are written.
    let keys: KeyNotation
    /// Whose entries are the file's.
    let ownership: Ownership
    /// Whether those of others are left out.
    let isOwnedOnly: Bool
    /// What a statement is read with: those of the interface by which the kernel has told the entries.
    var options: ParserOptions
    /// When that holds which the file declares.
    var times = SavedTimes()

    /// Says what is to be known of a database: what its times are for, and, where the interface in use has no words for it,
    /// that there may be more than it tells.
    func appendHead(of database: DatabaseName, to output: inout [UInt8]) {
        for remark in times.remarks(on: database) { append(comment: remark, to: &output) }
        guard !options.traits.carriesOptions else { return }
        append(
            comment: "\(options.traits.name) does not tell all: marks, interface ids, devices, selectors of SAs, "
                + "extended sequence numbers and flags may be missing below", to: &output)
    }

    func append(_ association: SecurityAssociation, to output: inout [UInt8]) {
        let isOwned = ownership.owns(association.identity)
        guard isOwned || !isOwnedOnly else { return }
        if let reason = objection(to: association) {
            return append(leftOut: .add(association), reason, to: &output)
        }
        if !isOwned, association.limits.hard != .zero {
            append(comment: "foreign, and it ends: whoever made it may put others in its place", to: &output)
        }
        let notation = association.hidesKeys ? .referenced : keys
        if notation == .referenced {
            if association.hidesKeys {
                append(comment: "the kernel is locked down and does not tell its keys", to: &output)
            }
            for key in association.credentials {
                append(comment: "@\(key.name): \(counted(key.byteCount, "byte")), for \(key.algorithm)", to: &output)
            }
        }
        let validity = times.validity(of: association.identity)
        Statement.Kind.add(association).append(to: &output, keys: notation, validity: validity)
        output.append("\n")
    }

    func append(_ policy: SecurityPolicy, to output: inout [UInt8]) {
        guard !isOwnedOnly || ownership.owns(policy.identity) else { return }
        var sayable = policy.withDrawnNumbers(above: options.traits.maximumUniqueReqID)
        let areCounted = policy.limits != policy.limits.ofTime
        if areCounted { sayable.limits = policy.limits.ofTime }
        if let reason = objection(to: sayable) { return append(leftOut: .addPolicy(policy), reason, to: &output) }
        if areCounted {
            append(
                comment: "without its limits of bytes and packets, which Linux does not look at in policies",
                to: &output)
        }
        let validity = times.validity(of: policy.identity)
        Statement.Kind.addPolicy(sayable).append(to: &output, keys: keys, validity: validity)
        output.append("\n")
    }

    // MARK: What is left out

    private func objection(to association: SecurityAssociation) -> String? {
        if association.state == .larval { return "it waits for its keys (larval)" }
        if association.isDegraded {
            return "\(options.traits.name) does not tell all of it, or the language has no words for it"
        }
        // Keys that are not told have the right length.
        var told = association
        if association.hidesKeys { told.hidesKeys = false }
        return objection(to: .add(told)) { kind in
            guard case .add(let read) = kind, read.identity == told.identity else { return nil }
            return differences(of: read, from: told)
        }
    }

    private func objection(to policy: SecurityPolicy) -> String? {
        if policy.identity.direction.isPerSocket { return "it belongs to a socket, and to its program" }
        return objection(to: .addPolicy(policy)) { kind in
            guard case .addPolicy(let read) = kind, read.identity == policy.identity else { return nil }
            return differences(of: read, from: policy)
        }
    }

    /// Why a statement cannot stand for an entry.
    ///
    /// - Parameter compare: in which fields what is read differs from the entry; `nil` where it is another entry.
    private func objection(
        to kind: Statement.Kind, _ compare: (Statement.Kind) -> [EntryField]?
    ) -> String? {
        var text: [UInt8] = []
        kind.append(to: &text, keys: .shown)
        var parser = Parser(text, options: options)
        let statement = parser.next()
        let isWhole = parser.next() == nil && parser.errorCount == 0
        guard let statement, isWhole else {
            return parser.diagnostics.first { $0.severity == .error }?.message ?? "the language cannot say it"
        }
        guard let fields = compare(statement.kind) else { return "the language cannot say its name" }
        return fields.isEmpty
            ? nil : "the language cannot say all of it: \(fields.map(\.rawValue).joined(separator: ", "))"
    }

    // MARK: Comments

    private func append(leftOut kind: Statement.Kind, _ reason: String, to output: inout [UInt8]) {
        append(comment: "left out, \(reason):", to: &output)
        append(comment: "  \(kind.text())", to: &output)
    }

    /// What comes from outside ends no line.
    private func append(comment: String, to output: inout [UInt8]) {
        output.append("# ")
        output += comment.utf8.map { $0 < 32 ? UInt8(ascii: "?") : $0 }
        output.append("\n")
    }
}

extension SecurityPolicy {
    /// The same, with the numbers that the kernel has drawn for `unique` left to it again: PF_KEY lets nobody else write them.
    fileprivate func withDrawnNumbers(above maximum: ReqID) -> SecurityPolicy {
        guard case .protect(var transforms) = action else { return self }
        var policy = self
        for (place, transform) in transforms.enumerated() {
            guard case .unique(let number) = transform.level, number.rawValue > maximum.rawValue else { continue }
            transforms[place].level = .unique(.none)
            policy.action = .protect(transforms)
        }
        return policy
    }
}
