import IPsec
import TextBytes

// Identities as words on a line of a state file: `sa esp 10.0.0.2 4097`, `sp out 10.1.0.0 24 0 10.2.0.0 24 0 255`, with
// `mark 0x1/0xff`, `if_id 7` and `dev eth0` behind them where they have them; `sp default out`.

extension NameLists {
    /// Appends a line for each name.
    ///
    /// - Parameter verb: what becomes of them, with a blank behind it.
    func appendLines(_ verb: StaticString, to output: inout [UInt8]) {
        for identity in associations {
            output.append(verb)
            identity.appendLine(to: &output)
        }
        for identity in policies {
            output.append(verb)
            identity.appendLine(to: &output)
        }
    }
}

extension SAIdentity {
    func appendLine(to output: inout [UInt8]) {
        output.append("sa ")
        output.append(ipsecProtocol.word)
        output.append(" ")
        destination.append(to: &output)
        output.append(" ")
        output.append(decimal: spi.rawValue)
        mark.appendWords(to: &output)
        output.append("\n")
    }

    init?(words: ArraySlice<Substring>) {
        let words = Array(words)
        guard words.count >= 4, words[0] == "sa",
            let ipsecProtocol = IPsecProtocol.allCases.first(where: { "\($0.word)" == words[1] }),
            let destination = IPAddress(words[2]), let spi = UInt32(words[3]), let mark = Mark(words: words[4...])
        else { return nil }
        self.init(destination: destination, ipsecProtocol: ipsecProtocol, spi: SPI(rawValue: spi), mark: mark)
    }
}

extension Mark {
    /// Appends ` mark 0x1/0xff`, nothing for none.
    fileprivate func appendWords(to output: inout [UInt8]) {
        if !isNone { output += " mark \(self)".utf8 }
    }

    /// Reads these words; none where there are none.
    fileprivate init?(words: ArraySlice<Substring>) {
        guard let word = words.first else {
            self = .none
            return
        }
        guard words.count == 2, word == "mark", let text = words.last else { return nil }
        self.init(word: text)
    }

    fileprivate init?(word: Substring) {
        let numbers = word.split(separator: "/", omittingEmptySubsequences: false).map { number in
            number.hasPrefix("0x") ? UInt32(number.dropFirst(2), radix: 16) : nil
        }
        guard numbers.count == 2, let value = numbers[0], let mask = numbers[1], mask != 0 else { return nil }
        self.init(value: value, mask: mask)
    }
}

extension PolicyIdentity {
    func appendLine(to output: inout [UInt8]) {
        output.append("sp ")
        if isDefault { output.append("default ") }
        output.append(direction.word)
        guard !isDefault else { return output.append("\n") }
        append(selector.source, selector.sourcePort, to: &output)
        append(selector.destination, selector.destinationPort, to: &output)
        output.append(" ")
        output.append(decimal: selector.nextLayer.rawValue)
        if isBound {
            mark.appendWords(to: &output)
            if interfaceID != .none { output += " if_id \(interfaceID.rawValue)".utf8 }
            if let device { output += " dev \(device)".utf8 }
        }
        output.append("\n")
    }

    private func append(_ prefix: AddressPrefix, _ port: UInt16, to output: inout [UInt8]) {
        output.append(" ")
        prefix.address.append(to: &output)
        output.append(" ")
        output.append(decimal: prefix.length)
        output.append(" ")
        output.append(decimal: port)
    }

    init?(words: ArraySlice<Substring>) {
        let words = Array(words)
        if words.count == 3, words[0] == "sp", words[1] == "default", let direction = Direction(words[2]) {
            self.init(defaultOf: direction)
            return
        }
        guard words.count >= 9, words[0] == "sp", let direction = Direction(words[1]),
            let source = AddressPrefix(words[2], words[3]), let sourcePort = UInt16(words[4]),
            let destination = AddressPrefix(words[5], words[6]), let destinationPort = UInt16(words[7]),
            let nextLayer = UInt8(words[8])
        else { return nil }
        let plain = PolicyIdentity(
            direction: direction,
            selector: Selector(
                source: source, destination: destination, nextLayer: NextLayerProtocol(rawValue: nextLayer),
                sourcePort: sourcePort, destinationPort: destinationPort))
        guard let bound = plain.bound(by: words[9...]) else { return nil }
        self = bound
    }

    /// With what these words say; `nil` where they say nothing.
    private func bound(by words: ArraySlice<Substring>) -> PolicyIdentity? {
        var (mark, interfaceID, device) = (Mark.none, InterfaceID.none, Device?.none)
        var rest = words
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch name {
            case "mark":
                guard let read = Mark(word: value) else { return nil }
                mark = read
            case "if_id":
                guard let number = UInt32(value), number > 0 else { return nil }
                interfaceID = InterfaceID(rawValue: number)
            case "dev":
                guard let read = Device(value) else { return nil }
                device = read
            default: return nil
            }
        }
        return PolicyIdentity(
            direction: direction, selector: selector, mark: mark, interfaceID: interfaceID, device: device)
    }
}

extension Direction {
    /// One of the SPD, by its word.
    fileprivate init?(_ word: Substring) {
        guard let direction = Self.managed.first(where: { "\($0.word)" == word }) else { return nil }
        self = direction
    }
}

extension AddressPrefix {
    fileprivate init?(_ address: Substring, _ length: Substring) {
        guard let address = IPAddress(address), let length = UInt8(length), length <= address.bitCount else {
            return nil
        }
        self.init(address: address, length: length)
    }
}
