extension Algorithm {
    /// The rows of which Linux takes keys, in the order of the table.
    package static let withKeys = table.filter { $0.keyLengths.last > 0 && $0.interfaces != .none }

    /// How long a new key is unless somebody says otherwise: 256 bits, the longest that is customary, where it takes a key
    /// of as many; else the longest that it takes, which has the salt or nonce of some in it.
    package var customaryKeyBits: Int { keyLengths.contains(256) ? 256 : keyLengths.last }

    /// A key of random bytes that is not a weak one.
    ///
    /// - Parameters:
    ///   - bitCount: one of ``keyLengths``.
    ///   - fill: fills the span with random bytes; it is asked again where they are a weak key.
    package func newKey<Failure: Error>(
        ofBits bitCount: Int, filledBy fill: (inout MutableSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> KeyMaterial {
        while true {
            let key = try KeyMaterial(byteCount: bitCount / 8) { (bytes) throws(Failure) in
                try fill(&bytes)
                if hasParity { DESKey.setParity(of: &bytes) }
            }
            guard hasParity, DESKey.isWeak(key.span) else { return key }
        }
    }

    /// Whether its keys are made of those of DES.
    private var hasParity: Bool { ["cbc(des)", "cbc(des3_ede)"].contains(xfrmName) }
}
