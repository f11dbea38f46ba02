import IPsec
import TextBytes

extension Statement {
    /// Appends the statement in the language, keys included, with its `;` and without a newline; read again it gives an
    /// equal value.
    package func append(to output: inout [UInt8]) { kind.append(to: &output, keys: .shown, validity: validity) }
}

extension Statement.Kind {
    /// Appends the statement in the language, with its `;` and without a newline; read again it gives an equal value.
    ///
    /// - Parameter showKeys: without it `<hidden>` stands for each key, and the text cannot be read again.
    package func append(to output: inout [UInt8], showKeys: Bool = false) {
        append(to: &output, keys: showKeys ? .shown : .hidden)
    }

    /// The same with its keys in another notation, and when it holds.
    package func append(to output: inout [UInt8], keys: KeyNotation, validity: Validity = .always) {
        switch self {
        case .add(let association): append("add ", association, keys, validity, to: &output)
        case .update(let association): append("update ", association, keys, .always, to: &output)
        case .reserveSPI(let association, let range):
            appendReservation(association, isAny: range.lowerBound != range.upperBound, to: &output)
        case .get(let reference): append("get ", reference, to: &output)
        case .delete(let reference): append("delete ", reference, to: &output)
        case .deleteAll(let source, let destination, let ipsecProtocol):
            output.append("deleteall ")
            source.append(to: &output)
            output.append(" ")
            destination.append(to: &output)
            append(ipsecProtocol, to: &output)
        case .flush(let ipsecProtocol):
            output.append("flush")
            append(ipsecProtocol, to: &output)
        case .dump(let ipsecProtocol):
            output.append("dump")
            append(ipsecProtocol, to: &output)
        case .addPolicy(let policy) where policy.identity.isDefault:
            appendDefault(policy.identity.direction, policy.action, to: &output)
        case .deletePolicy(let identity) where identity.isDefault:
            appendDefault(identity.direction, .bypass, to: &output)
        case .addPolicy(let policy): append("spdadd ", policy, validity, to: &output)
        case .updatePolicy(let policy): append("spdupdate ", policy, .always, to: &output)
        case .deletePolicy(let identity):
            output.append("spddelete ")
            identity.selector.append(to: &output)
            identity.appendBinding(to: &output)
            output.append(" -P ")
            output.append(identity.direction.word)
        case .flushPolicies: output.append("spdflush")
        case .dumpPolicies: output.append("spddump")
        case .include(let pattern):
            output.append("include \"")
            output += pattern.utf8
            output.append("\"")
        case .end: output.append("exit")
        }
        output.append(" ;")
    }

    /// The statement in the language, its keys hidden unless asked for.
    package func text(showKeys: Bool = false) -> String {
        var output: [UInt8] = []
        append(to: &output, showKeys: showKeys)
        return String(decoding: output, as: UTF8.self)
    }

    /// The statement in the language, its keys hidden, with the times between which it holds.
    package func text(during validity: Validity) -> String {
        var output: [UInt8] = []
        append(to: &output, keys: .hidden, validity: validity)
        return String(decoding: output, as: UTF8.self)
    }

    private func append(_ ipsecProtocol: IPsecProtocol?, to output: inout [UInt8]) {
        guard let ipsecProtocol else { return }
        output.append(" ")
        output.append(ipsecProtocol.word)
    }

    private func append(_ word: StaticString, _ reference: SAReference, to output: inout [UInt8]) {
        output.append(word)
        reference.source.append(to: &output)
        output.append(" ")
        reference.identity.destination.append(to: &output)
        output.append(" ")
        output.append(reference.identity.ipsecProtocol.word)
        output.append(" 0x")
        output.append(hexadecimal: reference.identity.spi.rawValue)
        reference.identity.mark.appendClause(" -mark ", to: &output)
    }

    private func append(
        _ word: StaticString, _ association: SecurityAssociation, _ keys: KeyNotation, _ validity: Validity,
        to output: inout [UInt8]
    ) {
        output.append(word)
        association.appendHead(to: &output)
        association.appendExtensions(to: &output)
        validity.append(to: &output)
        association.appendAlgorithms(keys, to: &output)
    }

    private func appendReservation(_ association: SecurityAssociation, isAny: Bool, to output: inout [UInt8]) {
        output.append("getspi ")
        association.appendHead(isAnySPI: isAny, to: &output)
        association.appendExtensions(to: &output)
    }

    private func appendDefault(_ direction: Direction, _ action: PolicyAction, to output: inout [UInt8]) {
        output.append("spddefault -P ")
        output.append(direction.word)
        output.append(" ")
        action.appendWord(to: &output)
    }

    private func append(
        _ word: StaticString, _ policy: SecurityPolicy, _ validity: Validity, to output: inout [UInt8]
    ) {
        output.append(word)
        policy.appendStatement(validity, to: &output)
    }
}
