import ControlProtocol
import IPsec
import SetkeySyntax

extension PolicyRecord {
    /// The record of `policy`.
    init(_ policy: SecurityPolicy) {
        let (identity, selector) = (policy.identity, policy.identity.selector)
        var transforms: [String] = []
        if case .protect(let wanted) = policy.action {
            transforms = wanted.map { transform in text { transform.append(to: &$0) } }
        }
        self.init(
            direction: .known(DirectionName(policy.identity.direction)),
            isDefault: identity.isDefault ? true : nil,
            source: identity.isDefault ? "any" : selector.source.description,
            destination: identity.isDefault ? "any" : selector.destination.description,
            sourcePort: Int(selector.sourcePort), destinationPort: Int(selector.destinationPort),
            nextLayer: Int(selector.nextLayer.rawValue),
            mark: identity.mark.isNone ? nil : identity.mark.description,
            interfaceID: identity.interfaceID == .none ? nil : Int(identity.interfaceID.rawValue),
            device: identity.device?.description,
            flags: policy.flags.hasWords ? policy.flags.words : nil,
            action: ActionName(policy.action).map { .known($0) }
                ?? .unknown(text { policy.action.appendWord(to: &$0) }),
            transforms: transforms,
            priority: Int(policy.priority), index: policy.index.map { Int($0.rawValue) },
            created: Int(clamping: policy.current.addTime), lastUsed: Int(clamping: policy.current.useTime),
            lifetime: Int(clamping: policy.limits.hard.addTime), validTime: Int(clamping: policy.limits.hard.useTime),
            softLifetime: limit(policy.limits.soft.addTime), softValidTime: limit(policy.limits.soft.useTime))
    }
}

/// A limit in seconds; nothing for none.
private func limit(_ seconds: UInt64) -> Int? { seconds == 0 ? nil : Int(clamping: seconds) }

/// What `append` appends, as a string.
private func text(_ append: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    append(&bytes)
    return String(decoding: bytes, as: UTF8.self)
}
