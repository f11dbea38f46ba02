package import IPsec
import TextBytes

extension DumpFormat {
    /// Appends one policy as `setkey -DP` shows it; with `-N` a per-socket one is counted instead.
    package mutating func append(_ policy: SecurityPolicy, isLast: Bool, to output: inout [UInt8]) {
        guard !hides(policy) else { return }
        if policy.identity.direction.isPerSocket {
            output.append("(per-socket policy) ")
        } else {
            append(policy.identity.selector, to: &output)
        }
        output.append("\n\t")
        append(policy, to: &output)
        output.append("\n\tcreated: ")
        append(time: policy.current.addTime, to: &output)
        output.append("  lastused: ")
        append(time: policy.current.useTime, to: &output)
        output.append("\n\tlifetime: ")
        output.append(decimal: policy.limits.hard.addTime)
        output.append("(s) validtime: ")
        output.append(decimal: policy.limits.hard.useTime)
        output.append("(s)\n")
        append(policy.securityContext, to: &output)
        output.append("\tspid=")
        output.append(decimal: policy.index?.rawValue ?? 0)
        output.append(" seq=")
        output.append(decimal: nextSequence(isLast: isLast))
        output.append(" pid=")
        output.append(decimal: options.processID)
        output.append("\n\trefcnt=")
        output.append(decimal: policy.referenceCount)
        output.append("\n")
    }

    /// `10.1.0.0/24[any] 10.2.0.0/24[any] 255`
    private func append(_ selector: Selector, to output: inout [UInt8]) {
        let hasPorts = !selector.nextLayer.hasTypeAndCode && selector.nextLayer != .gre
        append(selector.source, hasPorts ? selector.sourcePort : nil, to: &output)
        append(selector.destination, hasPorts ? selector.destinationPort : nil, to: &output)
        if selector.nextLayer != .any, let name = protocolNames.name(of: selector.nextLayer.rawValue) {
            output += name.utf8
        } else {
            output.append(decimal: selector.nextLayer.rawValue)
        }
        guard !hasPorts, selector.sourcePort != 0 || selector.destinationPort != 0 else { return }
        output.append(" ")
        selector.appendDetail(to: &output)
    }

    private func append(_ prefix: AddressPrefix, _ port: UInt16?, to output: inout [UInt8]) {
        prefix.append(to: &output)
        if let port {
            if port == 0 { output.append("[any]") } else { output.append(port: port) }
        }
        output.append(" ")
    }

    /// Direction, priority, action, and each transform on a line of its own.
    private func append(_ policy: SecurityPolicy, to output: inout [UInt8]) {
        output.append(policy.identity.direction.word)
        output.append(" ")
        if policy.priority != 0 {
            PriorityExpression(nearest: policy.priority).append(to: &output)
            output.append(" ")
        }
        policy.action.appendWord(to: &output)
        guard case .protect(let transforms) = policy.action else { return }
        for transform in transforms {
            output.append("\n\t")
            transform.append(to: &output, showPorts: options.showPorts)
        }
    }
}
