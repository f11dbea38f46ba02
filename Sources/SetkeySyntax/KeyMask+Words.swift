import IPsec
import TextBytes

extension KeyMask {
    /// Shows a word if it is harmless where it stands, and says what belongs after it.
    mutating func takeWord(_ range: Range<Int>) {
        let known = HarmlessWord(bytes[range])
        if let known, known.isExact || place == .statement && isSound, mayBeginStatement(at: range.lowerBound),
            let statement = Keyword(rawValue: known.known), statement.beginsStatement
        {
            show(range)
            place = Self.place(after: statement)
        } else if let known, known.isExact {
            show(range)
            takeKnown(known)
        } else if isShown(range, known) {
            show(range)
            stepOver(range, isHarmless: true, known)
        } else {
            stepOver(range, isHarmless: false, known)
        }
    }

    private static func place(after statement: Keyword) -> Place {
        switch statement {
        case .add, .update, .getspi, .get, .delete, .deleteall: .operands(Operands())
        case .flush, .dump: .operands(Operands(count: 2))
        case .spdadd, .spdupdate, .spddelete: .selectors
        case .include: .pattern
        default: .unknown
        }
    }

    /// A whole word of the language, which is shown wherever it stands.
    private mutating func takeKnown(_ word: HarmlessWord) {
        switch Keyword(rawValue: word.known) {
        case .encryption, .integrity, .compression: place = .algorithm
        case .replay, .reqID, .hardTime, .softTime, .hardBytes, .softBytes, .hardPackets, .softPackets, .hardUse,
            .softUse, .icvLength, .padding, .mark, .outputMark, .interfaceID:
            place = .number
        case .from, .until: place = .time
        case .context: place = .label
        case .policy: place = .action
        case .prio, .priority: place = .priority
        case .mode, .flags, .direction, .extendedSequence: place = .clauses
        default:
            if word.isAlgorithm || place == .algorithm {
                place = .key
            } else if case .operands(var operands) = place {
                operands.count += isInBrackets ? 0 : 1
                place = operands.count > 3 ? .clauses : .operands(operands)
            } else if place == .key {
                place = word.known == "<hidden>" ? .clauses : .unknown
            }
        }
    }

    /// What belongs after a word that is not one of the language's.
    private mutating func stepOver(_ range: Range<Int>, isHarmless: Bool, _ known: HarmlessWord?) {
        switch place {
        case .key: isHarmless || isHexadecimal(range) ? place = .clauses : lose()
        case .algorithm:
            place = .key
            if !isHarmless, !isHexadecimal(range) { lose() }
        case .operands(var operands):
            guard !isFamilyFlag(range) else { return }
            operands.count += isInBrackets || isHarmless && operands.count == 3 && isAddress(range) ? 0 : 1
            operands.areClean = operands.areClean && isHarmless
            place = operands.count > 3 ? (isHarmless ? .clauses : .unknown) : .operands(operands)
        case .number, .timeOfDay: place = isHarmless ? .clauses : .unknown
        case .time: place = !isHarmless ? .unknown : range.count == Self.dateLength ? .timeOfDay : .clauses
        case .priority: if !isHarmless { place = .action }
        case .label: if !isHarmless { place = .unknown }
        case .selectors, .action: if !isHarmless { place = .unknown }
        case .clauses: if known == nil { place = .unknown }
        case .statement, .pattern, .unknown: place = .unknown
        }
    }

    /// Whether a word that is not one of the language's is harmless where it stands.
    private func isShown(_ range: Range<Int>, _ known: HarmlessWord?) -> Bool {
        // What touches a quote may be what should be in it.
        if touchesQuote(range) { return false }
        let isNear = known != nil && isSound
        switch place {
        case .statement: return isNear || isPlainAddress(range)
        case .operands(let operands):
            if isFamilyFlag(range) || isInBrackets && isDecimal(range, digits: 5) { return true }
            if operands.count < 2, isAddress(range) { return isSound || operands.areClean }
            if operands.count == 3, isPlainAddress(range) { return isSound || operands.areClean }
            if operands.count == 3 { return isSPI(range, after: operands) }
            return isNear || operands.count < 2 && isSound && looksLikeAddress(range)
        case .selectors:
            return isNear || isFamilyFlag(range) || isSound && isDecimal(range, digits: 5) || isJoined(range)
                || isSound && looksLikeAddress(range)
        case .action: return isNear || isSound && isDecimal(range, digits: 10) || isJoined(range)
        case .clauses: return isNear || isSound && isOption(range)
        case .number: return isNumber(range) || isMark(range) || isSound && isQuantity(range)
        case .time: return isTime(range)
        case .timeOfDay: return isTimeOfDay(range)
        case .priority: return isPriority(range)
        case .algorithm: return isNear
        case .key: return isSound && isCredential(range) || bytes[range].elementsEqual("0x<hidden>".utf8)
        case .label: return isDecimal(range, digits: 3)
        case .pattern: return isSound
        case .unknown: return isIPv4(range) || isTransform(range)
        }
    }

    // MARK: Numbers

    /// Decimal, without the leading zeros of a piece of a key.
    private func isDecimal(_ range: Range<Int>, digits: Int) -> Bool {
        let isShort = !range.isEmpty && range.count <= digits
        return isShort && bytes[range].allSatisfy { $0 &- 48 < 10 }
            && (range.count == 1 || bytes[range.lowerBound] != 48)
    }

    /// A number of 32 bits: ten decimal digits, or eight hexadecimal ones after `0x`.
    private func isNumber(_ range: Range<Int>) -> Bool {
        if isDecimal(range, digits: 10) { return true }
        return range.count <= 10 && hasHexadecimalPrefix(range)
            && bytes[range.dropFirst(2)].allSatisfy { $0.hexadecimalDigitValue != nil }
    }

    /// Two numbers: a value and a mask.
    private func isMark(_ range: Range<Int>) -> Bool {
        let parts = bytes[range].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { isNumber($0.startIndex..<$0.endIndex) }
    }

    /// A number where an SPI belongs. The first four bytes of a key that is written in groups stand there if the SPI, or
    /// the protocol, is missing.
    private func isSPI(_ range: Range<Int>, after operands: Operands) -> Bool {
        let next = bytes[range.upperBound...].first { $0 != 32 && $0 != 9 }
        let isSurelyOne = operands.areClean && next?.hexadecimalDigitValue == nil && next != UInt8(ascii: "\"")
        return isNumber(range) && (isSurelyOne || isSound && range.count < 8)
    }

    /// A number and its unit, as `24h`, or digits without their `0x`: too short to be a part of a key.
    private func isQuantity(_ range: Range<Int>) -> Bool {
        range.count <= 4 && bytes[range.lowerBound] &- 48 < 10
    }

    // MARK: Times

    /// `YYYY-MM-DD`.
    private static let dateLength = 10

    /// What begins as a date does: no piece of a key has a hyphen.
    private func isTime(_ range: Range<Int>) -> Bool {
        range.count <= 32 && range.count >= Self.dateLength
            && bytes[range.prefix(4)].allSatisfy { $0 &- 48 < 10 } && bytes[range.lowerBound + 4] == UInt8(ascii: "-")
            && bytes[range].allSatisfy { $0 &- 48 < 10 || "-:TtZz+.".utf8.contains($0) }
    }

    /// `00:00Z`: no piece of a key has a colon behind two digits, and nothing else but digits.
    private func isTimeOfDay(_ range: Range<Int>) -> Bool {
        range.count <= 20 && range.count >= 3 && bytes[range.lowerBound + 2] == UInt8(ascii: ":")
            && bytes[range].allSatisfy { $0 &- 48 < 10 || ":Zz+-.".utf8.contains($0) }
    }

    /// `+100`, `high+100` and the like.
    private func isPriority(_ range: Range<Int>) -> Bool {
        bytes[range].split(omittingEmptySubsequences: true) { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
            .allSatisfy { piece in
                isDecimal(piece.startIndex..<piece.endIndex, digits: 10) || HarmlessWord(piece)?.isExact == true
            }
    }

    private func hasHexadecimalPrefix(_ range: Range<Int>) -> Bool {
        range.count > 2 && bytes[range.lowerBound] == 48 && bytes[range.lowerBound + 1] | 0x20 == 120
    }

    /// A key as it should be: it ends where the word ends.
    private func isHexadecimal(_ range: Range<Int>) -> Bool {
        let digits = hasHexadecimalPrefix(range) ? range.dropFirst(2) : range
        return bytes[digits].allSatisfy { $0.hexadecimalDigitValue != nil }
    }

    // MARK: Addresses

    private func isAddress(_ range: Range<Int>) -> Bool {
        let parts = bytes[range].split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { return false }
        let isPrefix = parts.count < 2 || isDecimal(parts[1].startIndex..<parts[1].endIndex, digits: 3)
        return isPrefix && IPAddress(parsing: first.prefix { $0 != UInt8(ascii: "%") }) != nil
            && first.drop { $0 != UInt8(ascii: "%") }.count <= 16
    }

    /// An address that eight groups of the digits of a key are not: one of IPv4, or one with `::` in it.
    private func isPlainAddress(_ range: Range<Int>) -> Bool {
        let colons = bytes[range].indices.filter { bytes[$0] == UInt8(ascii: ":") }
        return isAddress(range) && (colons.isEmpty || zip(colons, colons.dropFirst()).contains { $1 == $0 + 1 })
    }

    private func isIPv4(_ range: Range<Int>) -> Bool {
        IPAddress(parsing: bytes[range])?.family == .ipv4
    }

    /// Digits and dots, wrong as an address: `192.0.2.256`.
    private func looksLikeAddress(_ range: Range<Int>) -> Bool {
        let parts = bytes[range].split(omittingEmptySubsequences: false) { $0 == 46 || $0 == UInt8(ascii: "/") }
        return parts.count > 2 && parts.allSatisfy { $0.count <= 3 && $0.allSatisfy { $0 &- 48 < 10 } }
    }

    /// `-4`, `-6`, `-n`, and clusters of them.
    private func isFamilyFlag(_ range: Range<Int>) -> Bool {
        range.count <= 4 && bytes[range.lowerBound] == UInt8(ascii: "-")
            && bytes[range.dropFirst()].allSatisfy { "46n".utf8.contains($0) }
    }

    /// An option of one letter, though none of ours.
    private func isOption(_ range: Range<Int>) -> Bool {
        range.count == 2 && bytes[range.lowerBound] == UInt8(ascii: "-")
    }

    // MARK: Joined words

    /// A transform, or a part of one, cut at its blanks or brackets: `esp/tunnel/192.0.2.1-192.0.2.2/unique:5`.
    private func isJoined(_ range: Range<Int>) -> Bool {
        bytes[range].split(separator: UInt8(ascii: "/")).allSatisfy { piece in
            let piece = piece.startIndex..<piece.endIndex
            return isDecimal(piece, digits: 3) || isWordOrLevel(piece) || areEnds(piece)
        }
    }

    /// A transform from its protocol on.
    private func isTransform(_ range: Range<Int>) -> Bool {
        guard let slash = bytes[range].firstIndex(of: UInt8(ascii: "/")) else { return false }
        return Keyword(rawValue: String(decoding: bytes[range.lowerBound..<slash], as: UTF8.self)) != nil
            && isJoined(range)
    }

    private func isWordOrLevel(_ piece: Range<Int>) -> Bool {
        if let known = HarmlessWord(bytes[piece]) { return known.isExact || isSound }
        guard let colon = bytes[piece].firstIndex(of: UInt8(ascii: ":")) else { return false }
        return HarmlessWord(bytes[piece.lowerBound..<colon])?.isExact == true
            && isDecimal(colon + 1..<piece.upperBound, digits: 5)
    }

    private func areEnds(_ piece: Range<Int>) -> Bool {
        bytes[piece].split(separator: UInt8(ascii: "-")).allSatisfy { IPAddress(parsing: $0) != nil }
    }

    /// `@NAME` names a key, and is none.
    private func isCredential(_ range: Range<Int>) -> Bool {
        bytes[range.lowerBound] == UInt8(ascii: "@")
            && CredentialDirectory.isValidName(String(decoding: bytes[range.dropFirst()], as: UTF8.self))
    }

    private func touchesQuote(_ range: Range<Int>) -> Bool {
        range.upperBound < bytes.count && bytes[range.upperBound] == UInt8(ascii: "\"")
    }
}
