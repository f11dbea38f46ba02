package import IPsec
package import SetkeySyntax
import TextBytes

/// What was in force before a reload, so that one can go back to it.
///
/// Besides what the file declared it holds the foreign entries that the reload removes, changes or makes its own:
/// going back means those, too, as they were, and nobody's but theirs again.
package struct FormerState: Sendable {
    /// What the file declared.
    package var declared: DesiredState
    /// SAs of others that the reload removes, changes or makes the file's.
    package var foreignAssociations: [SecurityAssociation] = []
    /// Policies of others that the reload removes, changes or makes the file's.
    package var foreignPolicies: [SecurityPolicy] = []
    /// When the reload that ended it began, seconds since 1970.
    package var endedAt: Int
    /// Whether something in it can be said by the richer kernel interface alone; of one that was read.
    private(set) var needsRicherTraits = false

    init(declared: DesiredState, endedAt: Int) {
        self.declared = declared
        self.endedAt = endedAt
    }

    /// The state to which a plan leads back, at a moment in seconds since 1970.
    func target(at moment: Int) -> DesiredState {
        declared.at(moment).adding(foreignAssociations, foreignPolicies)
    }

    /// What others had in a kernel that is no more is theirs to bring back.
    var withoutForeign: FormerState { FormerState(declared: declared, endedAt: endedAt) }

    // MARK: Text

    private static let head: StaticString = """
        # What was in force before a reload that waits for its confirmation, or was rolled back. With its keys; written by
        # setkeyd, which removes it.

        """

    /// The last line of a text that is whole.
    private static let end: StaticString = "# That is all.\n"

    /// The text form: statements, keys included. `exit` ends what was declared; what was foreign follows.
    ///
    /// A foreign entry with properties that the language has no words for comes back without these.
    package var text: [UInt8] {
        var text: [UInt8] = []
        text.append(Self.head)
        declared.append(to: &text)
        Statement.Kind.end.append(to: &text)
        text.append("\n")
        for association in foreignAssociations { append(.add(association), to: &text) }
        for policy in foreignPolicies { append(.addPolicy(policy.withoutDrawnNumbers), to: &text) }
        text.append(Self.end)
        return text
    }

    private func append(_ kind: Statement.Kind, to text: inout [UInt8]) {
        kind.append(to: &text, showKeys: true)
        text.append("\n")
    }

    /// Reads the text form; `nil` for one that has lost its end.
    ///
    /// - Parameters:
    ///   - traits: of the kernel interface; what neither it nor the richer one can carry is not readable.
    ///   - richer: of the one to which the daemon moves for it.
    ///   - unreadable: gets the number of statements that are not readable.
    package init?(
        parsing bytes: [UInt8], endedAt: Int, _ traits: KernelTraits = .pfKey, richer: KernelTraits? = nil,
        unreadable: inout Int
    ) {
        guard bytes.suffix(Self.end.utf8CodeUnitCount).elementsEqual("\(Self.end)".utf8) else { return nil }
        var options = ParserOptions(traits: traits, allowsInclude: false)
        options.richerTraits = richer
        var parser = Parser(bytes, options: options)
        var evaluation = DesiredState.Evaluation()
        var end = bytes.count
        while let statement = parser.next() {
            evaluation.add(statement, from: 0)
            if case .end = statement.kind { end = statement.range.upperBound }
        }
        unreadable += parser.errorCount + evaluation.errorCount
        declared = evaluation.finish()
        self.endedAt = endedAt
        var rest = Parser(Array(bytes[end...]), options: options)
        while let statement = rest.next() {
            switch statement.kind {
            case .add(let association): foreignAssociations.append(association)
            case .addPolicy(let policy): foreignPolicies.append(policy)
            default: unreadable += 1
            }
        }
        unreadable += rest.errorCount
        needsRicherTraits = parser.needsRicherTraits || rest.needsRicherTraits
    }
}

extension SecurityPolicy {
    /// With `unique` instead of a number that the kernel drew: nobody can ask for that one again.
    fileprivate var withoutDrawnNumbers: SecurityPolicy {
        guard case .protect(let transforms) = action else { return self }
        var policy = self
        policy.action = .protect(
            transforms.map { transform in
                var transform = transform
                if case .unique(let number) = transform.level, number.rawValue > ReqID.manualMaximum {
                    transform.level = .unique(.none)
                }
                return transform
            })
        return policy
    }
}
