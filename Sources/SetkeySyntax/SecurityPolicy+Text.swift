package import IPsec
import TextBytes

extension SecurityPolicy {
    /// `src dst upperspec options -P direction priority action requests`.
    func appendStatement(_ validity: Validity, to output: inout [UInt8]) {
        identity.selector.append(to: &output)
        securityContext?.appendClause(to: &output)
        identity.appendBinding(to: &output)
        if flags.hasWords { output += " -f \(flags.words)".utf8 }
        let limits = limits
        if !limits.isNone { limits.ofTime.append(to: &output) }
        validity.append(to: &output)
        output.append(" -P ")
        output.append(identity.direction.word)
        if priority != SecurityPolicy.defaultPriority {
            output.append(" ")
            let expression = PriorityExpression(nearest: priority)
            output.append(addingCapacity: PriorityExpression.maximumTextByteCount) { expression.append(to: &$0) }
        }
        output.append(" ")
        action.appendWord(to: &output)
        guard case .protect(let transforms) = action else { return }
        for transform in transforms {
            output.append(" ")
            transform.append(to: &output)
        }
    }
}

extension PolicyIdentity {
    /// ` -mark 0x1/0xff -if_id 7 -dev eth0`, as far as it has them.
    func appendBinding(to output: inout [UInt8]) {
        guard isBound else { return }
        mark.appendClause(" -mark ", to: &output)
        if interfaceID != .none {
            output.append(" -if_id ")
            output.append(decimal: interfaceID.rawValue)
        }
        guard let device else { return }
        output.append(" -dev ")
        device.append(to: &output)
    }
}

extension Device {
    /// Appends the name, in quotes where it is no word of the language.
    func append(to output: inout [UInt8]) { output += (isWord ? "\(self)" : "\"\(self)\"").utf8 }

    /// Whether the lexer takes it for one word; what is in quotes is taken as it stands.
    fileprivate var isWord: Bool {
        description.utf8.allSatisfy { byte in
            byte.hexadecimalDigitValue != nil || (97...122).contains(byte) || (65...90).contains(byte)
                || ".-_:@".utf8.contains(byte)
        }
    }
}

extension PolicyAction {
    /// The most bytes that the word of an action has.
    static var maximumWordByteCount: Int { 20 }

    /// The action's word in the language and in dumps.
    package func appendWord(to output: inout [UInt8]) {
        output.append(addingCapacity: Self.maximumWordByteCount) { appendWord(to: &$0) }
    }

    /// The same to an output that has room for ``maximumWordByteCount`` bytes.
    func appendWord(to output: inout OutputSpan<UInt8>) {
        switch self {
        case .discard: output.append("discard")
        case .bypass: output.append("none")
        case .protect: output.append("ipsec")
        case .perSocket(3): output.append("entrust")
        case .perSocket(4): output.append("bypass")
        case .perSocket(let number): output.append(decimal: UInt64(number))
        }
    }
}

extension Transform {
    /// The most bytes that a transform has as text: two addresses, two ports, and 50 bytes of words and numbers.
    static var maximumTextByteCount: Int { 2 * (IPAddress.maximumTextByteCount + 7) + 50 }

    /// `proto/mode/src-dst/level`, in dumps with `#N` for a reqid that the kernel drew.
    package func append(to output: inout [UInt8]) {
        output.append(addingCapacity: Self.maximumTextByteCount) { append(to: &$0) }
    }

    /// The same to an output that has room for ``maximumTextByteCount`` bytes.
    ///
    /// - Parameter marksDrawn: whether a number that may be one that the kernel has drawn is written as ipsec-tools did, which
    ///   no parser reads: `unique#16385`.
    func append(to output: inout OutputSpan<UInt8>, showPorts: Bool = false, marksDrawn: Bool = false) {
        appendProtocol(to: &output)
        output.append("/")
        if let word = mode.word { output.append(word) } else { output.append(decimal: UInt64(mode.rawValue)) }
        output.append("/")
        if let endpoints {
            endpoints.source.append(to: &output)
            if showPorts { output.append(port: endpoints.sourcePort) }
            output.append("-")
            endpoints.destination.append(to: &output)
            if showPorts { output.append(port: endpoints.destinationPort) }
        }
        output.append("/")
        level.append(to: &output, marksDrawn)
    }

    private func appendProtocol(to output: inout OutputSpan<UInt8>) {
        if let ipsecProtocol = IPsecProtocol(rawValue: nextLayer.rawValue) {
            output.append(ipsecProtocol.word)
        } else {
            output.append(decimal: nextLayer.rawValue)
        }
    }
}

extension TransformLevel {
    fileprivate func append(to output: inout OutputSpan<UInt8>, _ marksDrawn: Bool) {
        switch self {
        case .default: output.append("default")
        case .use: output.append("use")
        case .require: output.append("require")
        case .unique(.none): output.append("unique")
        case .unique(let reqID):
            output.append("unique")
            output.append(marksDrawn && reqID.rawValue > ReqID.manualMaximum ? "#" : ":")
            output.append(decimal: UInt64(reqID.rawValue))
        }
    }
}

extension Selector {
    /// `src dst upperspec` as the parser reads it.
    package func append(to output: inout [UInt8]) {
        let hasPorts = !nextLayer.hasTypeAndCode && nextLayer != .gre
        append(source, hasPorts ? sourcePort : 0, to: &output)
        append(destination, hasPorts ? destinationPort : 0, to: &output)
        if nextLayer == .any { output.append("any") } else { output.append(decimal: nextLayer.rawValue) }
        guard !hasPorts, sourcePort != 0 || destinationPort != 0 else { return }
        output.append(" ")
        appendDetail(to: &output)
    }

    private func append(_ prefix: AddressPrefix, _ port: UInt16, to output: inout [UInt8]) {
        prefix.append(to: &output)
        if port != 0 { output.append(port: port) }
        output.append(" ")
    }

    /// `T,C` of ICMP and the mobility header, the key of GRE.
    private func appendDetail(to output: inout [UInt8]) {
        output.append(addingCapacity: Self.maximumDetailByteCount) { appendDetail(to: &$0) }
    }

    /// The most bytes that ``appendDetail(to:)`` appends.
    static var maximumDetailByteCount: Int { 20 }

    /// The same to an output that has room for ``maximumDetailByteCount`` bytes.
    func appendDetail(to output: inout OutputSpan<UInt8>) {
        guard nextLayer != .gre else {
            return output.append(decimal: UInt64(sourcePort) << 16 | UInt64(destinationPort))
        }
        output.append(decimal: UInt64(sourcePort))
        output.append(",")
        output.append(decimal: UInt64(destinationPort))
    }
}

extension AddressPrefix {
    /// The most bytes that a prefix has as text.
    static var maximumTextByteCount: Int { IPAddress.maximumTextByteCount + 4 }

    /// `10.1.0.0/24`; the length is left out where it is full.
    func append(to output: inout [UInt8]) {
        output.append(addingCapacity: Self.maximumTextByteCount) { append(to: &$0) }
    }

    /// The same to an output that has room for ``maximumTextByteCount`` bytes.
    func append(to output: inout OutputSpan<UInt8>) {
        address.append(to: &output)
        guard length != address.bitCount else { return }
        output.append("/")
        output.append(decimal: length)
    }
}

extension [UInt8] {
    /// `[23]`.
    mutating func append(port: UInt16) {
        append(addingCapacity: 7) { $0.append(port: port) }
    }
}

extension OutputSpan<UInt8> {
    /// `[23]`: at most 7 bytes, for which there must be room.
    mutating func append(port: UInt16) {
        append("[")
        append(decimal: UInt64(port))
        append("]")
    }
}
