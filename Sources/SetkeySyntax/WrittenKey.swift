import IPsec

/// The key of an algorithm as it is written, which stays where it is until the SA takes it.
enum WrittenKey {
    /// Where the characters between the quotes are.
    case characters(Range<Int>)
    /// Where the digits are, two for each byte.
    case hexadecimal(Range<Int>)
    /// Where it is among the credentials that the statement names, and how long.
    case credential(Int, byteCount: Int)

    var byteCount: Int {
        switch self {
        case .characters(let range): range.count
        case .hexadecimal(let digits): digits.count / 2
        case .credential(_, let byteCount): byteCount
        }
    }

    /// Fills `key`, which has ``byteCount`` bytes.
    ///
    /// - Parameters:
    ///   - text: what the key is written in.
    ///   - credentials: those that the statement names.
    func write(from text: Span<UInt8>, _ credentials: [KeyMaterial], to key: inout MutableSpan<UInt8>) {
        switch self {
        case .characters(let range): Self.copy(text.extracting(range), to: &key)
        case .hexadecimal(let digits): text.extracting(digits).decodeHexadecimalDigits(to: &key)
        case .credential(let index, _): credentials[index].withBytes { Self.copy($0, to: &key) }
        }
    }

    /// Fills `key` with as many bytes.
    static func copy(_ bytes: Span<UInt8>, to key: inout MutableSpan<UInt8>) {
        for index in bytes.indices { key[index] = bytes[index] }
    }
}
