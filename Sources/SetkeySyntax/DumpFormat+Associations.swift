package import IPsec
import TextBytes

extension DumpFormat {
    /// Appends one SA as `setkey -D` shows it.
    ///
    /// - Parameter owner: whose it is, if that is to be shown.
    package mutating func append(
        _ association: SecurityAssociation, isLast: Bool, owner: String? = nil, to output: inout [UInt8]
    ) {
        output.append(addingCapacity: maximumByteCount(of: association) + maximumByteCount(of: owner)) { output in
            append(association, owner, isLast: isLast, to: &output)
        }
    }

    /// More bytes than an SA can have: what is of bounded length has less than 2,500.
    private func maximumByteCount(of association: SecurityAssociation) -> Int {
        let label = association.securityContext?.label.utf8.count ?? 0
        let fields = 3072 + JSONEscape.maximumByteCount * (interfaceName.utf8.count + label)
        guard options.showKeys else { return fields }
        let keys = association.keyBytes
        return fields + 3 * ((keys.encryption?.count ?? 0) + (keys.integrity?.count ?? 0))
    }

    // In functions that are not too large: the compiler inlines only so much into one.

    private mutating func append(
        _ association: SecurityAssociation, _ owner: String?, isLast: Bool, to output: inout OutputSpan<UInt8>
    ) {
        append(association.source, association.encapsulation?.sourcePort, to: &output)
        append(association.identity.destination, association.encapsulation?.destinationPort, to: &output)
        appendIdentity(association, to: &output)
        appendAlgorithms(association, to: &output)
        output.append(#"\tseq=0x00000000 replay="#, decimal: UInt64(association.replayWindow.rawValue))
        output.append(" flags=0x")
        output.append(hexadecimal: association.flags.pfKeyBits, width: 8)
        output.append(" state=")
        output.append(association.state.word)
        let (current, limits) = (association.current, association.limits)
        appendTimes(current, limits, to: &output)
        appendQuantities(current, limits, to: &output)
        if let context = association.securityContext { append(context, to: &output) }
        appendBindings(association.identity.mark, association.outputMark, association.interfaceID, to: &output)
        if association.flags.pfKeyBits != association.flags.rawValue || association.hasOptions {
            appendExtensions(association, to: &output)
        }
        if association.numbers != .zero { append(association.numbers, to: &output) }
        if let owner { append(owner: owner, to: &output) }
        output.append(#"\tsadb_seq="#, decimal: UInt64(nextSequence(isLast: isLast)))
        output.append(" pid=", decimal: UInt64(options.processID))
        output.append(#" refcnt=0\n"#)
    }

    /// What ipsec-tools has no line for, in the words of the language: hardly any SA has it.
    private func appendExtensions(_ association: SecurityAssociation, to output: inout OutputSpan<UInt8>) {
        var text: [UInt8] = []
        association.appendXFRMExtensions(to: &text)
        output.append(#"\textensions: "#)
        for byte in text { output.append(byte) }
        output.append(#"\n"#)
    }

    /// How far its packets are numbered; with `-v` what came in and was dropped, too.
    private func append(_ numbers: PacketNumbers, to output: inout OutputSpan<UInt8>) {
        output.append(#"\tsequence: sent="#, decimal: numbers.sent)
        output.append(" received=", decimal: numbers.received)
        output.append(#"\n"#)
        guard options.isVerbose else { return }
        output.append(#"\tdropped: replayed="#, decimal: UInt64(numbers.replayed))
        output.append(" forged=", decimal: UInt64(numbers.forged))
        output.append(" late=", decimal: UInt64(numbers.late))
        output.append(#"\n"#)
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
        output.append(#"\n\t"#)
        if association.encapsulation == nil {
            output.append(identity.ipsecProtocol.word)
        } else if case .esp = identity.ipsecProtocol {
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
        append(" spi=", inBothBases: identity.spi.rawValue, to: &output)
        append(" reqid=", inBothBases: association.reqID.rawValue, to: &output)
        output.append(#"\n"#)
        guard let originalAddress = association.originalAddress else { return }
        output.append(#"\tNAT OA="#)
        originalAddress.append(to: &output)
        output.append(#"\n"#)
    }

    /// - Parameter label: a literal, which precedes the number.
    @inline(__always)
    private func append(_ label: StaticString, inBothBases value: UInt32, to output: inout OutputSpan<UInt8>) {
        output.append(label, decimal: UInt64(value))
        output.append("(0x")
        output.append(hexadecimal: value, width: 8)
        output.append(")")
    }

    // MARK: Algorithms

    private func appendAlgorithms(_ association: SecurityAssociation, to output: inout OutputSpan<UInt8>) {
        if case .ipcomp = association.identity.ipsecProtocol {
            output.append(#"\tC: "#)
            association.compression.appendName(to: &output)
            output.append(#" \n"#)
        }
        let keys = association.keyBytes
        if let key = keys.encryption, !key.isEmpty {
            output.append(#"\tE: "#)
            association.encryption.appendName(to: &output)
            if isShown(association) {
                append(key, to: &output)
            } else {
                append(options.fingerprints?.ofEncryption(association), to: &output)
            }
        } else if association.isDegraded {
            // In the place and shape of an algorithm, so that what reads the line finds a name and a key.
            output.append(#"\tE: none  <not expressible by "#)
            output.append(escapedForJSON: interfaceName)
            output.append(#">\n"#)
        }
        if let key = keys.integrity, !key.isEmpty {
            output.append(#"\tA: "#)
            association.integrity.appendName(to: &output)
            if isShown(association) {
                append(key, to: &output)
            } else {
                append(options.fingerprints?.ofIntegrity(association), to: &output)
            }
        }
    }

    private func isShown(_ association: SecurityAssociation) -> Bool { options.showKeys && !association.hidesKeys }

    /// In place of a key: `<hidden 3f9a>`.
    private func append(_ fingerprint: UInt16?, to output: inout OutputSpan<UInt8>) {
        output.append("  <hidden")
        if let fingerprint {
            output.append(" ")
            output.append(hexadecimal: UInt32(fingerprint), width: 4)
        }
        output.append(#">\n"#)
    }

    /// Groups of eight digits, each with a blank in front; a long key stays on its line.
    private func append(_ key: Span<UInt8>, to output: inout OutputSpan<UInt8>) {
        output.append(" ")
        for index in key.indices {
            if index % 4 == 0 { output.append(" ") }
            output.append(hexadecimal: UInt32(key[index]), width: 2)
        }
        output.append(#"\n"#)
    }

    // MARK: Lifetimes

    private mutating func appendTimes(
        _ current: Lifetime, _ limits: LifetimeLimits, to output: inout OutputSpan<UInt8>
    ) {
        output.append(#" \n\tcreated: "#)
        times.append(current.addTime, to: &output)
        output.append(#"\tcurrent: "#)
        times.append(now, to: &output)
        output.append(
            #"\n\tdiff: "#, decimal: current.addTime == 0 || current.addTime > now ? 0 : now - current.addTime)
        output.append(#"(s)\thard: "#, decimal: limits.hard.addTime)
        output.append(#"(s)\tsoft: "#, decimal: limits.soft.addTime)
        output.append(#"(s)\n\tlast: "#)
        times.append(current.useTime, to: &output)
        output.append(#"\thard: "#, decimal: limits.hard.useTime)
        output.append(#"(s)\tsoft: "#, decimal: limits.soft.useTime)
        output.append("(s)")
    }

    private func appendQuantities(
        _ current: Lifetime, _ limits: LifetimeLimits, to output: inout OutputSpan<UInt8>
    ) {
        output.append(#"\n\tcurrent: "#, decimal: current.bytes)
        output.append(#"(bytes)\thard: "#, decimal: limits.hard.bytes)
        output.append(#"(bytes)\tsoft: "#, decimal: limits.soft.bytes)
        output.append(#"(bytes)\n\tallocated: "#, decimal: current.allocations)
        output.append(#"\thard: "#, decimal: limits.hard.allocations)
        output.append(#"\tsoft: "#, decimal: limits.soft.allocations)
        output.append(#"\n"#)
    }
}
