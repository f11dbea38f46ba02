/// A word of the set `Known`, or one that only a peer of another version knows, which stays what it is: a document that the
/// client prints has it as it came.
package enum Word<Known: RawRepresentable & Hashable & Sendable>: RawRepresentable, Hashable, Sendable, Codable
where Known.RawValue == String {
    case known(Known)
    case unknown(String)

    package init(rawValue: String) {
        self = Known(rawValue: rawValue).map { .known($0) } ?? .unknown(rawValue)
    }

    /// The word as it travels.
    package var rawValue: String {
        switch self {
        case .known(let word): word.rawValue
        case .unknown(let word): word
        }
    }
}

extension Word: ExpressibleByStringLiteral, CustomStringConvertible {
    package init(stringLiteral value: String) {
        self.init(rawValue: value)
    }

    package var description: String { rawValue }
}
