import IPsec
import TextBytes

extension StatementParser {
    /// The key of an algorithm, which the current token must be: a string, hexadecimal digits or `@NAME`.
    mutating func takeKey(_ algorithm: AlgorithmWord, _ name: Range<Int>) throws(Diagnostic) -> WrittenKey? {
        guard algorithm.keyLengths.last > 0 else {
            if looksLikeKey() { throw failure(current.range, "\(string(name)) takes no key", "remove the key") }
            return nil
        }
        if algorithm.position == nil, !looksLikeKey(), !isHiddenKey(current.range) { return nil }
        guard current.kind == .string || current.kind == .word && keyword == nil else {
            let advice = "write \"...\", 0x and hexadecimal digits, or @NAME"
            throw unexpected("the key of \(string(name))", advice)
        }
        let range = current.range
        let isWord = current.kind == .word
        let key = try readKey(algorithm)
        advance()
        guard !algorithm.keyLengths.contains(key.byteCount * 8) else { return key }
        let got = "this one has \(key.byteCount * 8) bits (\(counted(key.byteCount, "byte")))"
        throw failure(
            range, "\(string(name)) takes a key of \(algorithm.keyLengths.phrase); \(got)",
            mend(ofKey: range, isWord: isWord))
    }

    /// What to do about a key of the wrong length, where that can be told.
    private mutating func mend(ofKey range: Range<Int>, isWord: Bool) -> String {
        if isWord, looksLikeKey() {
            // The groups that follow are a part of it.
            while looksLikeKey() { advance() }
            return "remove the blanks inside the key"
        }
        guard !isWord, bytes(range).contains(10) else { return "" }
        return "the quote that opens here is closed on another line; close it right after the key"
    }

    /// `<hidden>` or `<hidden 3f9a>`, as dumps print it in place of a key.
    private mutating func isHiddenKey(_ range: Range<Int>) -> Bool {
        let start = range.lowerBound + (hasHexadecimalPrefix(range) ? 2 : 0)
        guard start < range.upperBound, text[start] == UInt8(ascii: "<") else { return false }
        return Self.isHidden(bytes(start..<range.upperBound))
    }

    /// Whether a word begins what stands in place of a key.
    static func isHidden(_ word: Span<UInt8>) -> Bool {
        word.elementsEqual("<hidden>") || word.elementsEqual("<hidden")
    }

    private mutating func hiddenKey(_ range: Range<Int>) -> Diagnostic {
        failure(range, "this key was hidden when it was printed", "print it with setkey -D --show-keys, as root")
    }

    private mutating func looksLikeKey() -> Bool {
        // `add`, whose letters are hexadecimal digits, is no key.
        guard current.kind == .word, keyword == nil else { return current.kind == .string }
        return text[current.start] == UInt8(ascii: "@") || hasHexadecimalPrefix(current.range)
            || bytes(current.range).areHexadecimalDigits
    }

    @inline(__always)
    private mutating func readKey(_ algorithm: AlgorithmWord) throws(Diagnostic) -> WrittenKey {
        let range = current.range
        if current.kind == .string {
            noteWrittenKey()
            return .characters(range.lowerBound + 1..<range.upperBound - 1)
        }
        if text[range.lowerBound] == UInt8(ascii: "@") {
            let key = try readCredential(range, algorithm)
            return .credential(keep(key), byteCount: key.byteCount)
        }
        let digits = hasHexadecimalPrefix(range) ? range.lowerBound + 2..<range.upperBound : range
        guard current.isHexadecimal || bytes(digits).areHexadecimalDigits else {
            throw isHiddenKey(range) ? hiddenKey(range) : malformedKey(range)
        }
        guard digits.isEmpty || digits.count % 2 != 0 else {
            noteWrittenKey()
            return .hexadecimal(digits)
        }
        let message = digits.isEmpty ? "a key without digits" : "a key with an odd number of hexadecimal digits"
        throw failure(range, message, "write two digits for each byte")
    }

    /// Behind such a key the rest of it may follow, cut at a blank or a `;`.
    private mutating func malformedKey(_ range: Range<Int>) -> Diagnostic {
        loseStep()
        return failure(
            range, "a key must be in double quotes or of hexadecimal digits", "write \"...\", 0x... or @NAME")
    }

    private mutating func readCredential(
        _ range: Range<Int>, _ algorithm: AlgorithmWord
    ) throws(Diagnostic) -> KeyMaterial {
        noteCredential()
        // The word may be the beginning of a key then, which messages must not repeat.
        guard !hasLooseQuote(after: range.upperBound) else {
            loseStep()
            throw failure(range, "a quote is missing in this line", "write \"...\" around a key of characters")
        }
        let name = string(range.dropFirst())
        guard CredentialDirectory.isValidName(name) else {
            throw failure(range, "this cannot be the name of a credential", "letters, digits, '.', '_' and '-' only")
        }
        switch options.credentials {
        case .unavailable:
            let advice = "pass it to the service by LoadCredential= and restart it, or set CREDENTIALS_DIRECTORY"
            throw failure(range, "there is no credential directory to read \(name) from", advice)
        case .unread:
            return KeyMaterial(byteCount: algorithm.keyLengths.first / 8) { _ in }
        case .directory(let directory):
            if options.warns, directory.isWorldReadable(name) {
                let message = "the credential \(name) is in a world-readable file"
                remark(.readableCredential, range, message, "chmod 600 it, and change the key")
            }
            return try readCredential(range) { name throws(CredentialError) in try directory.read(name) }
        case .lookup(let lookup): return try readCredential(range, lookup)
        }
    }

    /// Whether an odd number of quotes follow on the line.
    private mutating func hasLooseQuote(after start: Int) -> Bool {
        var isOdd = false
        for index in start..<text.count {
            if text[index] == 10 { break }
            if text[index] == UInt8(ascii: "\"") { isOdd.toggle() }
        }
        return isOdd
    }

    private mutating func readCredential(
        _ range: Range<Int>, _ read: (String) throws(CredentialError) -> KeyMaterial
    ) throws(Diagnostic) -> KeyMaterial {
        do throws(CredentialError) {
            let name = string(range.dropFirst())
            return try read(name).decodedCredential(name)
        } catch {
            throw failure(range, error.message, error.advice)
        }
    }

    /// Text that is safe to repeat: names of algorithms, options and the like, never keys.
    mutating func string(_ range: Range<Int>) -> String {
        String(decoding: copy(range), as: UTF8.self)
    }
}

extension KeyLengths {
    /// In bits and bytes: `128, 192 or 256 bits (16, 24 or 32 bytes)`.
    package var phrase: String {
        guard (last - first) / step < 4 else { return "\(first) to \(last) bits (\(first / 8) to \(last / 8) bytes)" }
        return "\(Self.list(all)) bits (\(Self.list(all.map { $0 / 8 })) bytes)"
    }

    private static func list(_ numbers: [Int]) -> String { listed(numbers.map { "\($0)" }, "or") }
}
