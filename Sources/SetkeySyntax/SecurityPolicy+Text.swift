package import IPsec
import TextBytes

extension SecurityPolicy {
    /// `src dst upperspec -P direction priority action requests`.
    func appendStatement(to output: inout [UInt8]) {
        identity.selector.append(to: &output)
        securityContext?.appendClause(to: &output)
        output.append(" -P ")
        output.append(identity.direction.word)
        if priority != SecurityPolicy.defaultPriority {
            output.append(" ")
            PriorityExpression(nearest: priority).append(to: &output)
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

extension PolicyAction {
    /// The action's word in the language and in dumps.
    package func appendWord(to output: inout [UInt8]) {
        switch self {
        case .discard: output.append("discard")
        case .bypass: output.append("none")
        case .protect: output.append("ipsec")
        case .perSocket(3): output.append("entrust")
        case .perSocket(4): output.append("bypass")
        case .perSocket(let number): output.append(decimal: number)
        }
    }
}

extension Transform {
    /// `proto/mode/src-dst/level`, in dumps with `#N` for a reqid that the kernel drew.
    package func append(to output: inout [UInt8], showPorts: Bool = false) {
        appendProtocol(to: &output)
        output.append("/")
        if let word = mode.word { output.append(word) } else { output.append(decimal: mode.rawValue) }
        output.append("/")
        if let endpoints {
            endpoints.source.append(to: &output)
            if showPorts { output.append(port: endpoints.sourcePort) }
            output.append("-")
            endpoints.destination.append(to: &output)
            if showPorts { output.append(port: endpoints.destinationPort) }
        }
        output.append("/")
        level.append(to: &output)
    }

    private func appendProtocol(to output: inout [UInt8]) {
        if let ipsecProtocol = IPsecProtocol(rawValue: nextLayer.rawValue) {
            output.append(ipsecProtocol.word)
        } else {
            output.append(decimal: nextLayer.rawValue)
        }
    }
}

extension TransformLevel {
    func append(to output: inout [UInt8]) {
        switch self {
        case .default: output.append("default")
        case .use: output.append("use")
        case .require: output.append("require")
        case .unique(.none): output.append("unique")
        case .unique(let reqID):
            output.append("unique")
            output.append(reqID.rawValue > ReqID.manualMaximum ? "#" : ":")
            output.append(decimal: reqID.rawValue)
        }
    }
}

extension Selector {
    /// `src dst upperspec` as the parser reads it.
    func append(to output: inout [UInt8]) {
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
    func appendDetail(to output: inout [UInt8]) {
        guard nextLayer != .gre else {
            return output.append(decimal: UInt32(sourcePort) << 16 | UInt32(destinationPort))
        }
        output.append(decimal: sourcePort)
        output.append(",")
        output.append(decimal: destinationPort)
    }
}

extension AddressPrefix {
    /// `10.1.0.0/24`; the length is left out where it is full.
    func append(to output: inout [UInt8]) {
        address.append(to: &output)
        guard length != address.bitCount else { return }
        output.append("/")
        output.append(decimal: length)
    }
}

extension [UInt8] {
    /// `[23]`.
    mutating func append(port: UInt16) {
        append("[")
        append(decimal: port)
        append("]")
    }
}
