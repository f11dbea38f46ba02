import ControlProtocol
import IPsec
import SetkeySyntax

/// Compares single entries of the kernel with what is declared.
struct Verdict: Sendable {
    let desired: DesiredState
    let expired: ExpiredEntries

    /// What must be done to one declared SA; `nil` if nothing.
    func step(
        for declared: DesiredState.Declared<SecurityAssociation>, present: SecurityAssociation?
    ) -> Step? {
        let entry = declared.entry
        guard let present else {
            if expired.contains(entry) { return nil }
            return Step(change: .add(entry), reason: .missing, origin: declared.origin)
        }
        return Self.change(of: present, to: entry).map { change, fields in
            Step(change: change, reason: .differs(fields), origin: declared.origin)
        }
    }

    /// How the kernel's SA becomes the declared one, and what differs; `nil` if nothing does.
    static func change(
        of present: SecurityAssociation, to declared: SecurityAssociation
    ) -> (change: Change, fields: [EntryField])? {
        let fields = present.state == .larval ? [.algorithm] : differences(of: declared, from: present)
        guard !fields.isEmpty, !present.isDegraded else { return nil }
        let isUpdatable = fields.allSatisfy { canUpdate($0, of: present, to: declared) }
        return (isUpdatable ? .update(declared, from: present) : .replace(declared, former: present), fields)
    }

    /// Whether an SA in use takes this, and gives it back: lifetimes, and what has a value before and after (xfrm-facts
    /// 2.3).
    private static func canUpdate(
        _ field: EntryField, of present: SecurityAssociation, to declared: SecurityAssociation
    ) -> Bool {
        switch field {
        case .lifetime: true
        case .outputMark: !present.outputMark.isNone && !declared.outputMark.isNone
        case .interfaceID: present.interfaceID != .none && declared.interfaceID != .none
        default: false
        }
    }

    /// What must be done to one declared policy; `nil` if nothing.
    func step(for declared: DesiredState.Declared<SecurityPolicy>, present: SecurityPolicy?) -> Step? {
        let entry = declared.entry
        if entry.identity.isDefault, entry.action == .bypass {
            // So the kernel is by itself: there is no entry then.
            return present.map {
                Step(change: .deletePolicy($0), reason: .differs([.action]), origin: declared.origin)
            }
        }
        guard let present else {
            if expired.contains(entry) { return nil }
            return Step(change: .addPolicy(entry), reason: .missing, origin: declared.origin)
        }
        let fields = differences(of: entry, from: present)
        guard !fields.isEmpty else { return nil }
        return Step(change: .updatePolicy(entry, from: present), reason: .differs(fields), origin: declared.origin)
    }

    /// What must be done to one entry, by its name: nothing to one that is not declared, or waits for its device.
    func step(for name: EntryName, in mirror: borrowing Mirror) -> Step? {
        switch name {
        case .association(let identity):
            desired.associations[identity].flatMap { step(for: $0, present: mirror.associations[identity]) }
        case .policy(let identity) where mirror.policies.lacksDevice(of: identity): nil
        case .policy(let identity):
            desired.policies[identity].flatMap { step(for: $0, present: mirror.policies[identity]) }
        }
    }
}
