package import IPsec
import TextBytes

extension DumpFormat {
    /// Appends one SA as `setkey -D` shows it.
    package mutating func append(_ association: SecurityAssociation, isLast: Bool, to output: inout [UInt8]) {
        output.append(addingCapacity: maximumByteCount(of: association)) { output in
            append(association, isLast: isLast, to: &output)
        }
    }

    /// More bytes than an SA can have: what is of bounded length has less than 1,500.
    private func maximumByteCount(of association: SecurityAssociation) -> Int {
        let label = association.securityContext.map { form.byteCount(of: $0.label) } ?? 0
        let fields = 2048 + form.byteCount(of: interfaceName) + label
        guard options.showKeys else { return fields }
        let keys = (association.encryptionKey?.byteCount ?? 0) + (association.integrityKey?.byteCount ?? 0)
        return fields + 3 * keys
    }

    private mutating func append(
        _ association: SecurityAssociation, isLast: Bool, to output: inout OutputSpan<UInt8>
    ) {
        append(association.source, association.encapsulation?.sourcePort, to: &output)
        append(association.identity.destination, association.encapsulation?.destinationPort, to: &output)
        appendIdentity(association, to: &output)
        appendAlgorithms(association, to: &output)
        output.appendTab(form)
        output.append("seq=0x00000000 replay=")
        output.append(decimal: association.replayWindow.rawValue)
        output.append(" flags=0x")
        output.append(hexadecimal: association.flags.rawValue, width: 8)
        output.append(" state=")
        output.append(association.state.word)
        output.append(" ")
        output.appendNewline(form)
        appendLifetimes(association, to: &output)
        append(association.securityContext, to: &output)
        output.appendTab(form)
        output.append("sadb_seq=")
        output.append(decimal: UInt64(nextSequence(isLast: isLast)))
        output.append(" pid=")
        output.append(decimal: UInt64(options.processID))
        output.append(" refcnt=0")
        output.appendNewline(form)
    }

    /// `-p` shows the port of the address, which PF_KEY has as 0, in front of that of NAT traversal.
    private func append(_ address: IPAddress, _ port: UInt16?, to output: inout OutputSpan<UInt8>) {
        address.append(to: &output)
        if options.showPorts { output.append("[0]") }
        if let port { output.append(port: port) }
        output.append(" ")
    }

    private func appendIdentity(_ association: SecurityAssociation, to output: inout OutputSpan<UInt8>) {
        let identity = association.identity
        startLine(&output)
        if association.encapsulation == nil {
            output.append(identity.ipsecProtocol.word)
        } else if identity.ipsecProtocol == .esp {
            output.append("esp-udp")
        } else {
            output.append("natt+")
            output.append(identity.ipsecProtocol.word)
        }
        output.append(" mode=")
        if let word = association.mode.word {
            output.append(word)
        } else {
            output.append(decimal: association.mode.rawValue)
        }
        output.append(" spi=")
        append(inBothBases: identity.spi.rawValue, to: &output)
        output.append(" reqid=")
        append(inBothBases: association.reqID.rawValue, to: &output)
        output.appendNewline(form)
        guard let originalAddress = association.originalAddress else { return }
        output.appendTab(form)
        output.append("NAT OA=")
        originalAddress.append(to: &output)
        output.appendNewline(form)
    }

    private func append(inBothBases value: UInt32, to output: inout OutputSpan<UInt8>) {
        output.append(decimal: UInt64(value))
        output.append("(0x")
        output.append(hexadecimal: value, width: 8)
        output.append(")")
    }

    // MARK: Algorithms

    private func appendAlgorithms(_ association: SecurityAssociation, to output: inout OutputSpan<UInt8>) {
        if association.identity.ipsecProtocol == .ipcomp {
            output.appendTab(form)
            output.append("C: ")
            output.append(utf8: association.compression.name)
            output.append(" ")
            output.appendNewline(form)
        }
        if let key = association.encryptionKey, key.byteCount > 0 {
            append("E: ", association.encryption.name, key, to: &output)
        } else if association.isDegraded {
            // In the place and shape of an algorithm, so that what reads the line finds a name and a key.
            output.appendTab(form)
            output.append("E: none  <not expressible by ")
            output.append(foreign: interfaceName, form)
            output.append(">")
            output.appendNewline(form)
        }
        if let key = association.integrityKey, key.byteCount > 0 {
            append("A: ", association.integrity.name, key, to: &output)
        }
    }

    private func append(
        _ label: StaticString, _ name: String, _ key: KeyMaterial, to output: inout OutputSpan<UInt8>
    ) {
        output.appendTab(form)
        output.append(label)
        output.append(utf8: name)
        output.append(" ")
        append(key, to: &output)
        output.appendNewline(form)
    }

    /// Groups of eight digits, each with a blank in front; a long key stays on its line.
    private func append(_ key: KeyMaterial, to output: inout OutputSpan<UInt8>) {
        guard options.showKeys else { return output.append(" <hidden>") }
        key.withBytes { bytes in
            for index in bytes.indices {
                if index % 4 == 0 { output.append(" ") }
                output.append(hexadecimal: UInt32(bytes[index]), width: 2)
            }
        }
    }

    // MARK: Lifetimes

    // In small functions: the compiler inlines only so much into one.

    private mutating func appendLifetimes(_ association: SecurityAssociation, to output: inout OutputSpan<UInt8>) {
        let (current, limits) = (association.current, association.limits)
        appendAge(current.addTime, to: &output)
        appendLimits(limits.hard.addTime, limits.soft.addTime, inSeconds: true, to: &output)
        startLine(&output)
        output.append("last: ")
        times.append(current.useTime, to: &output)
        appendLimits(limits.hard.useTime, limits.soft.useTime, inSeconds: true, to: &output)
        appendBytes(current.bytes, limits.hard.bytes, limits.soft.bytes, to: &output)
        startLine(&output)
        output.append("allocated: ")
        output.append(decimal: UInt64(current.allocations))
        appendLimits(
            UInt64(limits.hard.allocations), UInt64(limits.soft.allocations), inSeconds: false, to: &output)
        output.appendNewline(form)
    }

    private mutating func appendAge(_ addTime: UInt64, to output: inout OutputSpan<UInt8>) {
        output.appendTab(form)
        output.append("created: ")
        times.append(addTime, to: &output)
        output.appendTab(form)
        output.append("current: ")
        times.append(now, to: &output)
        startLine(&output)
        output.append("diff: ")
        output.append(decimal: addTime == 0 || addTime > now ? 0 : now - addTime)
        output.append("(s)")
    }

    private func appendBytes(_ current: UInt64, _ hard: UInt64, _ soft: UInt64, to output: inout OutputSpan<UInt8>) {
        startLine(&output)
        output.append("current: ")
        output.append(decimal: current)
        output.append("(bytes)")
        output.appendTab(form)
        output.append("hard: ")
        output.append(decimal: hard)
        output.append("(bytes)")
        output.appendTab(form)
        output.append("soft: ")
        output.append(decimal: soft)
        output.append("(bytes)")
    }

    private func appendLimits(_ hard: UInt64, _ soft: UInt64, inSeconds: Bool, to output: inout OutputSpan<UInt8>) {
        output.appendTab(form)
        output.append("hard: ")
        output.append(decimal: hard)
        if inSeconds { output.append("(s)") }
        output.appendTab(form)
        output.append("soft: ")
        output.append(decimal: soft)
        if inSeconds { output.append("(s)") }
    }
}
