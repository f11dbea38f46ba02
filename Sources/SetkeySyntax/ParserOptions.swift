package import IPsec

/// What a parser may know beyond the text.
package struct ParserOptions: Sendable {
    /// How `@NAME` becomes a key.
    package var credentials: Credentials
    /// The names of upper-layer protocols.
    package var protocolNames: ProtocolNames
    /// The names of ports.
    package var serviceNames: ServiceNames
    /// Of the interface that will carry the statements: what it cannot express is an error.
    package var traits: KernelTraits
    /// Of the interface by which a statement is read that `traits` rule out; `nil` if there is no other.
    package var richerTraits: KernelTraits?
    /// Whether `include` may appear; not in text that comes through the control socket, which has no directory.
    package var allowsInclude: Bool
    /// Whether statements may say when they hold: in what is declared, and not in what runs.
    package var allowsValidity = true
    /// Whether to warn of what is legal and probably not meant (`setkey -n`).
    package var warns: Bool
    /// How many errors, and how many warnings, are kept; the rest are counted.
    package var diagnosticLimit: Int
    /// After so many errors the rest of the text is not read: where somebody waits meanwhile, who did not write it.
    package var errorLimit = Int.max

    package init(
        credentials: Credentials = .unavailable, protocolNames: ProtocolNames = .builtIn,
        serviceNames: ServiceNames = .none, traits: KernelTraits = .pfKey, allowsInclude: Bool = true,
        warns: Bool = false, diagnosticLimit: Int = 100
    ) {
        self.credentials = credentials
        self.protocolNames = protocolNames
        self.serviceNames = serviceNames
        self.traits = traits
        self.allowsInclude = allowsInclude
        self.warns = warns
        self.diagnosticLimit = diagnosticLimit
    }

    /// Whether a statement without a credential means the same by `other`, and gives the same warnings, however many
    /// of them are kept.
    func understandsAlike(_ other: ParserOptions) -> Bool {
        traits == other.traits && richerTraits == other.richerTraits && allowsInclude == other.allowsInclude
            && allowsValidity == other.allowsValidity
            && warns == other.warns
            && protocolNames == other.protocolNames && serviceNames == other.serviceNames
    }
}

/// Where the keys of `@NAME` come from.
package enum Credentials: Sendable {
    /// There is no credential directory: `@NAME` is an error.
    case unavailable
    /// The name is checked and the key is not read: a key of zeros, as long as the algorithm allows, takes its place.
    /// For a client that only passes the text on.
    case unread
    /// The files of a directory.
    case directory(CredentialDirectory)
    /// Reads a credential's raw contents.
    case lookup(@Sendable (_ name: String) throws(CredentialError) -> KeyMaterial)
}

/// Why a credential could not be read.
package struct CredentialError: Error, Hashable, Sendable {
    /// What is wrong, without the key.
    package let message: String
    /// What to do about it.
    package let advice: String

    package init(_ message: String, advice: String) {
        self.message = message
        self.advice = advice
    }
}
