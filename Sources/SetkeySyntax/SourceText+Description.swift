import IPsec
import TextBytes

extension SourceText {
    /// What the parser has understood, for `setkey -d`: the place, the statement in full, with what was left to
    /// defaults and without keys, and what each field became.
    package func describe(_ statement: Statement) -> String {
        var output: [UInt8] = []
        let start = position(of: statement.range.lowerBound)
        output += name.utf8
        output.append(":")
        output.append(decimal: start.line)
        output.append(":")
        output.append(decimal: start.column)
        output.append(": ")
        statement.kind.append(to: &output)
        for (field, value) in statement.kind.fields {
            output.append("\n   ")
            output += field.utf8
            output.append(": ")
            output += value.utf8
        }
        return String(decoding: output, as: UTF8.self)
    }
}

extension Statement.Kind {
    /// The fields of the value, by the names of RFC 4301.
    fileprivate var fields: [(String, String)] {
        switch self {
        case .add(let association), .update(let association), .reserveSPI(let association, _): association.fields
        case .get(let reference), .delete(let reference):
            [("SA", "\(reference.identity)"), ("source", "\(reference.source)")]
        case .addPolicy(let policy), .updatePolicy(let policy): policy.fields
        case .deletePolicy(let identity): identity.fields
        default: []
        }
    }
}

extension SecurityAssociation {
    fileprivate var fields: [(String, String)] {
        var fields = [
            ("SA", "\(identity)"), ("source", "\(source)"), ("mode", mode.word.map { "\($0)" } ?? "\(mode.rawValue)"),
            ("replay window", counted(replayWindow.rawValue, "packet")),
            ("reqid", "\(reqID.rawValue)"),
        ]
        if let encapsulation {
            fields.append(("UDP ports", "\(encapsulation.sourcePort) to \(encapsulation.destinationPort)"))
        }
        if encryption != .none { fields.append(("encryption", describe(encryption.name, encryptionKey))) }
        if integrity != .none { fields.append(("integrity", describe(integrity.name, integrityKey))) }
        if compression != .none { fields.append(("compression", describe(compression.name, nil))) }
        let extensions = extensionsText
        if !extensions.isEmpty { fields.append(("extensions", extensions)) }
        if !limits.isNone {
            fields.append(("soft limits", limits.soft.phrase))
            fields.append(("hard limits", limits.hard.phrase))
        }
        return fields
    }

    /// What only XFRM can say of it, in the words of the language.
    private var extensionsText: String {
        var text: [UInt8] = []
        appendXFRMExtensions(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private func describe(_ name: String, _ key: KeyMaterial?) -> String {
        name + (key.map { " with a key of \($0.bitCount) bits" } ?? "")
    }
}

extension Lifetime {
    fileprivate var phrase: String {
        let time = addTime == 0 ? "any time" : "\(addTime) s"
        let more = [
            useTime == 0 ? nil : "\(useTime) s of use", allocations == 0 ? nil : counted(allocations, "packet"),
        ]
        let amount = bytes == 0 ? "any number of bytes" : counted(bytes, "byte")
        return ([time, amount] + more.compactMap(\.self)).joined(separator: ", ")
    }
}

extension PolicyIdentity {
    fileprivate var fields: [(String, String)] {
        let (source, destination) = (Self.phrase(selector.sourcePort), Self.phrase(selector.destinationPort))
        let layer = selector.nextLayer
        let ends =
            layer.hasPorts
            ? [
                ("source", "\(selector.source) port \(source)"),
                ("destination", "\(selector.destination) port \(destination)"),
            ]
            : [("source", "\(selector.source)"), ("destination", "\(selector.destination)")]
        var fields = [("direction", "\(direction.word)")] + ends
        fields.append(("protocol", layer == .any ? "any" : "\(layer.rawValue)"))
        if layer.hasTypeAndCode { fields += [("type", source), ("code", destination)] }
        if layer == .gre {
            let key = UInt32(selector.sourcePort) << 16 | UInt32(selector.destinationPort)
            fields.append(("key", key == 0 ? "any" : "\(key)"))
        }
        return fields
    }

    /// 0 is the kernel's "any".
    private static func phrase(_ number: UInt16) -> String {
        number == 0 ? "any" : "\(number)"
    }
}

extension NextLayerProtocol {
    /// Whether the two numbers of a selector are ports.
    fileprivate var hasPorts: Bool { !hasTypeAndCode && self != .gre }
}

extension SecurityPolicy {
    fileprivate var fields: [(String, String)] {
        var text: [UInt8] = []
        action.appendWord(to: &text)
        if case .protect(let transforms) = action {
            for transform in transforms {
                text.append(" ")
                transform.append(to: &text)
            }
        }
        let priority = ("priority", "\(priority) of the kernel's numbers, the lowest of which wins")
        return identity.fields + [priority, ("action", String(decoding: text, as: UTF8.self))]
    }
}
