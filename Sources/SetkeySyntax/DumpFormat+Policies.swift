package import IPsec
import TextBytes

extension DumpFormat {
    /// Appends one policy as `setkey -DP` shows it; with `-N` a per-socket one is counted instead.
    ///
    /// - Parameter owner: whose it is, if that is to be shown.
    package mutating func append(
        _ policy: SecurityPolicy, isLast: Bool, owner: String? = nil, to output: inout [UInt8]
    ) {
        guard !hides(policy) else { return }
        let layerName = protocolNames.name(of: policy.identity.selector.nextLayer.rawValue)
        let capacity = maximumByteCount(of: policy, layerName) + maximumByteCount(of: owner)
        output.append(addingCapacity: capacity) { output in
            append(policy, layerName, owner, isLast: isLast, to: &output)
        }
    }

    /// More bytes than a policy can have: what is of bounded length, but the transforms, has less than 700.
    private func maximumByteCount(of policy: SecurityPolicy, _ layerName: String?) -> Int {
        let foreign = (policy.securityContext?.label.utf8.count ?? 0) + (layerName?.utf8.count ?? 0)
        let fields = 1024 + JSONEscape.maximumByteCount * foreign
        guard case .protect(let transforms) = policy.action else { return fields }
        return fields + transforms.count * (Transform.maximumTextByteCount + 4)
    }

    private mutating func append(
        _ policy: SecurityPolicy, _ layerName: String?, _ owner: String?, isLast: Bool,
        to output: inout OutputSpan<UInt8>
    ) {
        if policy.identity.direction.isPerSocket {
            output.append("(per-socket policy) ")
        } else if policy.identity.isDefault {
            output.append("(default policy) ")
        } else {
            append(policy.identity.selector, layerName, to: &output)
        }
        append(policy, to: &output)
        output.append(#"\n\tcreated: "#)
        times.append(policy.current.addTime, to: &output)
        output.append("  lastused: ")
        times.append(policy.current.useTime, to: &output)
        output.append(#"\n\tlifetime: "#, decimal: policy.limits.hard.addTime)
        output.append("(s) validtime: ", decimal: policy.limits.hard.useTime)
        output.append(#"(s)\n"#)
        if let context = policy.securityContext { append(context, to: &output) }
        let identity = policy.identity
        if identity.isBound {
            appendBindings(identity.mark, .none, identity.interfaceID, identity.device, to: &output)
        }
        if !policy.flags.isEmpty { append(policy.flags, to: &output) }
        let soft = policy.limits.soft
        if soft.addTime > 0 || soft.useTime > 0 {
            output.append(#"\tsoft lifetime: "#, decimal: soft.addTime)
            output.append("(s) validtime: ", decimal: soft.useTime)
            output.append(#"(s)\n"#)
        }
        if let owner { append(owner: owner, to: &output) }
        output.append(#"\tspid="#, decimal: UInt64(policy.index?.rawValue ?? 0))
        output.append(" seq=", decimal: UInt64(nextSequence(isLast: isLast)))
        output.append(" pid=", decimal: UInt64(options.processID))
        output.append(#"\n\trefcnt="#, decimal: UInt64(policy.referenceCount))
        output.append(#"\n"#)
    }

    /// A line that ipsec-tools does not have, behind all that it prints but the last.
    private func append(_ flags: PolicyFlags, to output: inout OutputSpan<UInt8>) {
        output.append(#"\tflags="#)
        if flags.hasWords { output.append(escapedForJSON: flags.words) } else { output.append(decimal: flags.rawValue) }
        output.append(#"\n"#)
    }

    /// `10.1.0.0/24[any] 10.2.0.0/24[any] 255`
    private func append(_ selector: Selector, _ layerName: String?, to output: inout OutputSpan<UInt8>) {
        let hasPorts = !selector.nextLayer.hasTypeAndCode && selector.nextLayer != .gre
        append(selector.source, hasPorts ? selector.sourcePort : nil, to: &output)
        append(selector.destination, hasPorts ? selector.destinationPort : nil, to: &output)
        if selector.nextLayer != .any, let layerName {
            output.append(escapedForJSON: layerName)
        } else {
            output.append(decimal: selector.nextLayer.rawValue)
        }
        guard !hasPorts, selector.sourcePort != 0 || selector.destinationPort != 0 else { return }
        output.append(" ")
        selector.appendDetail(to: &output)
    }

    private func append(_ prefix: AddressPrefix, _ port: UInt16?, to output: inout OutputSpan<UInt8>) {
        prefix.append(to: &output)
        if let port {
            if port == 0 { output.append("[any]") } else { output.append(port: port) }
        }
        output.append(" ")
    }

    /// Direction, priority, action, and each transform on a line of its own.
    private func append(_ policy: SecurityPolicy, to output: inout OutputSpan<UInt8>) {
        output.append(#"\n\t"#)
        output.append(policy.identity.direction.word)
        output.append(" ")
        if policy.priority != 0 {
            PriorityExpression(nearest: policy.priority).append(to: &output)
            output.append(" ")
        }
        policy.action.appendWord(to: &output)
        guard case .protect(let transforms) = policy.action else { return }
        for transform in transforms {
            output.append(#"\n\t"#)
            transform.append(to: &output, showPorts: options.showPorts, marksDrawn: true)
        }
    }
}
