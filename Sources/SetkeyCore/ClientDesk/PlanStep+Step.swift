import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

extension PlanStep {
    /// A step for people and programs: no keys.
    init(_ step: Step, locate: StatementLocator?) {
        self.init(
            change: .known(step.change.word), operation: step.phrase, statement: step.change.statement.text(),
            reason: step.reason.record, writes: step.change.requests.count)
        if let differences = step.change.differences(step.reason), !differences.isEmpty {
            self.differences = differences
        }
        guard let origin = step.origin else { return }
        if let locate {
            location = locate(origin)
        } else {
            part = origin.source
            offset = origin.range.lowerBound
        }
    }
}

extension Change {
    fileprivate var word: PlanChange {
        switch self {
        case .add, .addPolicy: .add
        case .update, .updatePolicy: .update
        case .replace: .replace
        case .delete, .deletePolicy: .delete
        }
    }

    /// The entry as it would be declared; what goes, as it is.
    fileprivate var statement: Statement.Kind {
        switch self {
        case .add(let association), .update(let association, _), .replace(let association, _): .add(association)
        case .delete(let association): .delete(association.reference)
        case .addPolicy(let policy), .updatePolicy(let policy, _): .addPolicy(policy)
        case .deletePolicy(let policy): .deletePolicy(policy.identity)
        }
    }

    fileprivate func differences(_ reason: StepReason) -> [PlanDifference]? {
        guard case .differs(let fields) = reason else { return nil }
        switch self {
        case .update(let declared, let present), .replace(let declared, let present):
            return fields.map { field in
                PlanDifference(
                    field: .known(field), present: field.text(of: present), declared: field.text(of: declared))
            }
        case .updatePolicy(let declared, let present):
            return fields.map { field in
                PlanDifference(
                    field: .known(field), present: field.text(of: present), declared: field.text(of: declared))
            }
        case .add, .delete, .addPolicy, .deletePolicy: return nil
        }
    }
}

extension EntryField {
    /// The value of this field, for people; `nil` for a key.
    fileprivate func text(of association: SecurityAssociation) -> String? {
        switch self {
        case .source: "\(association.source)"
        case .mode: association.mode.word.map { "\($0)" } ?? "\(association.mode.rawValue)"
        case .reqID: "\(association.reqID.rawValue)"
        case .replayWindow: "\(association.replayWindow.rawValue)"
        case .flags: association.flags.phrase
        case .algorithm: association.state == .larval ? "none yet" : association.algorithmNames
        case .lifetime: association.limits.phrase
        case .encapsulation:
            association.encapsulation.map { "udp \($0.sourcePort) to \($0.destinationPort)" } ?? "none"
        case .outputMark: association.outputMark.isNone ? "none" : "\(association.outputMark)"
        case .interfaceID: "\(association.interfaceID.rawValue)"
        case .extensions: association.options.phrase
        case .key, .action, .priority: nil
        }
    }

    /// The value of this field, for people.
    fileprivate func text(of policy: SecurityPolicy) -> String? {
        switch self {
        case .action: policy.action.phrase
        case .priority: "\(policy.priority)"
        case .lifetime: policy.limits.phrase
        default: nil
        }
    }
}

extension SecurityAssociation {
    fileprivate var algorithmNames: String {
        let names = [
            encryption == .none ? nil : encryption.name,
            integrity == .none ? nil : integrity.name,
            options.icvBits.map { "with an ICV of \($0) bits" },
            compression == .none ? nil : compression.name,
        ]
        return names.compactMap { $0 }.joined(separator: " ")
    }
}

extension SAFlags {
    /// `noecn, esn`.
    fileprivate var phrase: String {
        let words = names + (contains(.extendedSequence) ? ["esn"] : [])
        return words.isEmpty ? "none" : words.joined(separator: ", ")
    }
}

extension AssociationOptions {
    /// As in the language; `none` for nothing.
    fileprivate var phrase: String {
        var text: [UInt8] = []
        append(to: &text)
        return text.isEmpty ? "none" : String(decoding: text.dropFirst(), as: UTF8.self)
    }
}

extension LifetimeLimits {
    /// `hard 100 s, soft 50 s`.
    fileprivate var phrase: String {
        guard !isNone else { return "none" }
        return [("hard", hard), ("soft", soft)].compactMap { name, limit in
            let parts = [
                limit.addTime == 0 ? nil : "\(limit.addTime) s",
                limit.bytes == 0 ? nil : counted(limit.bytes, "byte"),
                limit.useTime == 0 ? nil : "\(limit.useTime) s of use",
                limit.allocations == 0 ? nil : counted(limit.allocations, "packet"),
            ].compactMap { $0 }
            return parts.isEmpty ? nil : "\(name) \(parts.joined(separator: " or "))"
        }.joined(separator: ", ")
    }
}

extension PolicyAction {
    /// `ipsec esp/transport//require`.
    fileprivate var phrase: String {
        var text: [UInt8] = []
        appendWord(to: &text)
        if case .protect(let transforms) = self {
            for transform in transforms {
                text.append(" ")
                transform.append(to: &text)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
