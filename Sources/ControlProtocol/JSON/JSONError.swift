/// Why a text is not the JSON that is read here, and where.
struct JSONError: Error, Hashable, CustomStringConvertible {
    enum Reason: Hashable {
        /// Something else belongs here, or the text ends too early.
        case notJSON
        /// Something follows the value.
        case trailingBytes
        case unterminatedString
        case controlCharacter
        case notUTF8
        case unknownEscape
        case escapeWithoutDigits
        case unpairedSurrogate
        /// A name occurs twice in one object: whichever of the two one takes, another reader takes the other.
        case repeatedName
        case tooManyMembers(limit: Int)
        case tooManyValues(limit: Int)
        case tooDeep(limit: Int)
    }

    let reason: Reason
    /// The byte at which it was noticed, from the text's first on.
    let offset: Int

    /// The error in words; nothing of the text is repeated.
    var description: String {
        let what =
            switch reason {
            case .notJSON: "not JSON"
            case .trailingBytes: "something follows the object"
            case .unterminatedString: "an unterminated string"
            case .controlCharacter: "a control character in a string"
            case .notUTF8: "a string that is not UTF-8"
            case .unknownEscape: "an unknown escape in a string"
            case .escapeWithoutDigits: "an escape without its four digits in a string"
            case .unpairedSurrogate: "half of a surrogate pair in a string"
            case .repeatedName: "a member occurs twice"
            case .tooManyMembers(let limit): "an object with more than \(limit) members"
            case .tooManyValues(let limit): "more than \(limit) values"
            case .tooDeep(let limit): "nested deeper than \(limit) levels"
            }
        return "\(what), at byte \(offset)"
    }
}
