package import IPsec
import TextBytes

/// The parts of an SA's statement.
extension SecurityAssociation {
    /// `src dst proto spi`.
    func appendHead(isAnySPI: Bool = false, to output: inout [UInt8]) {
        appendEnd(source, encapsulation?.sourcePort, to: &output)
        output.append(" ")
        appendEnd(identity.destination, encapsulation?.destinationPort, to: &output)
        output.append(" ")
        output.append(encapsulation == nil ? identity.ipsecProtocol.word : "esp-udp")
        if let originalAddress {
            output.append(" ")
            originalAddress.append(to: &output)
        }
        guard !isAnySPI else { return output.append(" 0") }
        output.append(" 0x")
        output.append(hexadecimal: identity.spi.rawValue)
    }

    private func appendEnd(_ address: IPAddress, _ port: UInt16?, to output: inout [UInt8]) {
        address.append(to: &output)
        guard let port else { return }
        output.append("[")
        output.append(decimal: port)
        output.append("]")
    }

    func appendExtensions(to output: inout [UInt8]) {
        if mode == .tunnel { output.append(" -m tunnel") }
        output.append(" -r ")
        output.append(decimal: replayWindow.rawValue)
        output.append(" -u ", unlessZero: UInt64(reqID.rawValue))
        limits.append(to: &output)
        for word in flags.names {
            output.append(" -f ")
            output += word.utf8
        }
        if flags.contains(.extendedSequence) { output.append(" -esn") }
        if hasOptions { options.append(to: &output) }
        securityContext?.appendClause(to: &output)
        identity.mark.appendClause(" -mark ", to: &output)
        outputMark.appendClause(" -output-mark ", to: &output)
        output.append(" -if_id ", unlessZero: UInt64(interfaceID.rawValue))
    }

    /// What only XFRM can say, in the words of the language, without a blank in front; nothing for most.
    func appendXFRMExtensions(to output: inout [UInt8]) {
        var text: [UInt8] = []
        for word in flags.subtracting(.ofPFKey).names {
            text.append(" -f ")
            text += word.utf8
        }
        if flags.contains(.extendedSequence) { text.append(" -esn") }
        options.append(to: &text)
        output += text.dropFirst()
    }

    func appendAlgorithms(_ keys: KeyNotation, to output: inout [UInt8]) {
        if encryption != .none { append("-E", encryption.name, encryptionKey, keys, to: &output) }
        if integrity != .none { append("-A", integrity.name, integrityKey, keys, to: &output) }
        if compression != .none { append("-C", compression.name, nil, keys, to: &output) }
    }

    private func append(
        _ option: StaticString, _ name: String, _ key: KeyMaterial?, _ notation: KeyNotation, to output: inout [UInt8]
    ) {
        output.append(" ")
        output.append(option)
        output.append(" ")
        output += name.utf8
        guard let key else { return }
        switch notation {
        case .shown where !hidesKeys:
            output.append(" 0x")
            key.withBytes { bytes in
                for index in bytes.indices { output.append(hexadecimal: bytes[index], width: 2) }
            }
        case .hidden, .shown: output.append(" <hidden>")
        case .referenced:
            output.append(" @")
            output += credentialName(option).utf8
        }
    }
}

extension LifetimeLimits {
    /// Without those that count bytes and packets, which Linux does not look at in policies.
    package var ofTime: LifetimeLimits {
        LifetimeLimits(
            soft: Lifetime(addTime: soft.addTime, useTime: soft.useTime),
            hard: Lifetime(addTime: hard.addTime, useTime: hard.useTime))
    }

    /// Appends ` -lh N -ls N -bh N -bs N -ph N -ps N -uh N -us N`, of these what is limited.
    func append(to output: inout [UInt8]) {
        output.append(" -lh ", unlessZero: hard.addTime)
        output.append(" -ls ", unlessZero: soft.addTime)
        output.append(" -bh ", unlessZero: hard.bytes)
        output.append(" -bs ", unlessZero: soft.bytes)
        output.append(" -ph ", unlessZero: hard.allocations)
        output.append(" -ps ", unlessZero: soft.allocations)
        output.append(" -uh ", unlessZero: hard.useTime)
        output.append(" -us ", unlessZero: soft.useTime)
    }
}

extension [UInt8] {
    /// An option and its number; nothing for 0, which is none.
    fileprivate mutating func append(_ option: StaticString, unlessZero value: UInt64) {
        guard value > 0 else { return }
        append(option)
        append(decimal: value)
    }
}

extension Mark {
    /// ` -mark 0x1/0xff`, nothing for none.
    func appendClause(_ option: StaticString, to output: inout [UInt8]) {
        guard !isNone else { return }
        output.append(option)
        output.append("0x")
        output.append(hexadecimal: value)
        output.append("/0x")
        output.append(hexadecimal: mask)
    }
}

extension AssociationOptions {
    /// Appends ` -icv BITS -tfc N -dir in|out -hwif IF crypto|packet in|out -coa ADDR -sel SRC DST UPPER`, of these what is said.
    package func append(to output: inout [UInt8]) {
        if self == .none { return }
        if let icvBits {
            output.append(" -icv ")
            output.append(decimal: icvBits)
        }
        if paddedLength > 0 {
            output.append(" -tfc ")
            output.append(decimal: paddedLength)
        }
        if let direction {
            output.append(" -dir ")
            output.append(direction.word)
        }
        if let offload {
            output.append(" -hwif ")
            offload.device.append(to: &output)
            output.append(" ")
            output.append(offload.word)
            output.append(" ")
            output.append(offload.direction.word)
        }
        if let careOfAddress {
            output.append(" -coa ")
            careOfAddress.append(to: &output)
        }
        if let selector {
            output.append(" -sel ")
            selector.append(to: &output)
        }
    }
}

extension SecurityContext {
    /// ` -ctx DOI ALG "label"`.
    func appendClause(to output: inout [UInt8]) {
        output.append(" -ctx ")
        output.append(decimal: domain)
        output.append(" ")
        output.append(decimal: algorithm)
        output.append(" \"")
        output += label.utf8
        output.append("\"")
    }
}
