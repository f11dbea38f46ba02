package import IPsec
import TextBytes

extension DumpFormat {
    /// Appends one SA as `setkey -D` shows it.
    package mutating func append(_ association: SecurityAssociation, isLast: Bool, to output: inout [UInt8]) {
        append(association.source, association.encapsulation?.sourcePort, to: &output)
        append(association.identity.destination, association.encapsulation?.destinationPort, to: &output)
        appendIdentity(association, to: &output)
        appendAlgorithms(association, to: &output)
        output.append("\tseq=0x00000000 replay=")
        output.append(decimal: association.replayWindow.rawValue)
        output.append(" flags=0x")
        output.append(hexadecimal: association.flags.rawValue, width: 8)
        output.append(" state=")
        output.append(association.state.word)
        output.append(" \n")
        appendLifetimes(association, to: &output)
        append(association.securityContext, to: &output)
        output.append("\tsadb_seq=")
        output.append(decimal: nextSequence(isLast: isLast))
        output.append(" pid=")
        output.append(decimal: options.processID)
        output.append(" refcnt=0\n")
    }

    /// `-p` shows the port of the address, which PF_KEY has as 0, in front of that of NAT traversal.
    private func append(_ address: IPAddress, _ port: UInt16?, to output: inout [UInt8]) {
        address.append(to: &output)
        if options.showPorts { output.append("[0]") }
        if let port { output.append(port: port) }
        output.append(" ")
    }

    private func appendIdentity(_ association: SecurityAssociation, to output: inout [UInt8]) {
        output.append("\n\t")
        if association.encapsulation == nil {
            output.append(association.identity.ipsecProtocol.word)
        } else if association.identity.ipsecProtocol == .esp {
            output.append("esp-udp")
        } else {
            output.append("natt+")
            output.append(association.identity.ipsecProtocol.word)
        }
        output.append(" mode=")
        if let word = association.mode.word {
            output.append(word)
        } else {
            output.append(decimal: association.mode.rawValue)
        }
        append(" spi=", association.identity.spi.rawValue, to: &output)
        append(" reqid=", association.reqID.rawValue, to: &output)
        output.append("\n")
        guard let originalAddress = association.originalAddress else { return }
        output.append("\tNAT OA=")
        originalAddress.append(to: &output)
        output.append("\n")
    }

    private func append(_ label: StaticString, _ value: UInt32, to output: inout [UInt8]) {
        output.append(label)
        output.append(decimal: value)
        output.append("(0x")
        output.append(hexadecimal: value, width: 8)
        output.append(")")
    }

    // MARK: Algorithms

    private func appendAlgorithms(_ association: SecurityAssociation, to output: inout [UInt8]) {
        if association.identity.ipsecProtocol == .ipcomp {
            output.append("\tC: ")
            output += association.compression.name.utf8
            output.append(" \n")
        }
        if let key = association.encryptionKey, key.byteCount > 0 {
            append("\tE: ", association.encryption.name, key, to: &output)
        } else if association.isDegraded {
            // In the place and shape of an algorithm, so that what reads the line finds a name and a key.
            output.append("\tE: none  <not expressible by ")
            output += interfaceName.utf8
            output.append(">\n")
        }
        if let key = association.integrityKey, key.byteCount > 0 {
            append("\tA: ", association.integrity.name, key, to: &output)
        }
    }

    private func append(_ label: StaticString, _ name: String, _ key: KeyMaterial, to output: inout [UInt8]) {
        output.append(label)
        output += name.utf8
        output.append(" ")
        append(key, to: &output)
        output.append("\n")
    }

    /// Groups of eight digits, each with a blank in front; a long key stays on its line.
    private func append(_ key: KeyMaterial, to output: inout [UInt8]) {
        guard options.showKeys else { return output.append(" <hidden>") }
        key.withBytes { bytes in
            for index in bytes.indices {
                if index % 4 == 0 { output.append(UInt8(ascii: " ")) }
                output.append(hexadecimal: bytes[index], width: 2)
            }
        }
    }

    // MARK: Lifetimes

    /// More than these lines can have: eleven numbers of at most 20 digits, three times of 20 characters, and 153
    /// characters between them.
    private static var lifetimesByteCount: Int { 512 }

    private mutating func appendLifetimes(_ association: SecurityAssociation, to output: inout [UInt8]) {
        let (current, limits) = (association.current, association.limits)
        let (hard, soft) = (limits.hard, limits.soft)
        // One growth of the array for all of them: most of what a dump of SAs shows is these.
        output.append(addingCapacity: Self.lifetimesByteCount) { output in
            output.append("\tcreated: ")
            times.append(current.addTime, to: &output)
            output.append("\tcurrent: ")
            times.append(now, to: &output)
            output.append("\n\tdiff: ")
            output.append(decimal: current.addTime == 0 || current.addTime > now ? 0 : now - current.addTime)
            Self.append("(s)\thard: ", hard.addTime, "(s)\tsoft: ", soft.addTime, "(s)\n", to: &output)
            output.append("\tlast: ")
            times.append(current.useTime, to: &output)
            Self.append("\thard: ", hard.useTime, "(s)\tsoft: ", soft.useTime, "(s)\n", to: &output)
            output.append("\tcurrent: ")
            output.append(decimal: current.bytes)
            Self.append("(bytes)\thard: ", hard.bytes, "(bytes)\tsoft: ", soft.bytes, "(bytes)\n", to: &output)
            output.append("\tallocated: ")
            output.append(decimal: UInt64(current.allocations))
            Self.append(
                "\thard: ", UInt64(hard.allocations), "\tsoft: ", UInt64(soft.allocations), "\n", to: &output)
        }
    }

    private static func append(
        _ first: StaticString, _ hard: UInt64, _ second: StaticString, _ soft: UInt64, _ end: StaticString,
        to output: inout OutputSpan<UInt8>
    ) {
        output.append(first)
        output.append(decimal: hard)
        output.append(second)
        output.append(decimal: soft)
        output.append(end)
    }
}
