import IPsec

/// Keys that are printed in the sample file or in a manual, which everybody knows.
enum PublishedKeys {
    static func remarks(on state: DesiredState) -> [LoadedDiagnostic] {
        var remarks = RuleRemarks(of: .publishedKey)
        for declared in state.associations where declared.entry.keys.contains(where: { isPublished($0) }) {
            remarks.add(
                at: declared.origin, "a key of this SA is an example from a manual: everybody knows it",
                advice: "generate keys of your own, for example from /dev/urandom")
        }
        return remarks.diagnostics
    }

    private static func isPublished(_ key: KeyMaterial) -> Bool {
        digests.contains(key.digest) && keys.contains(key)
    }

    private static let digests = Set(keys.map(\.digest))

    /// Those of setkey(8), of the sample file, and of the guide and the README of this program.
    private static let keys: [KeyMaterial] =
        [
            "ESP SA!!", "AH SA configuration!", "ESP with", "authentication!!", "twenty bytes of key!",
            "replace this text by sixty-four bytes of your own random numbers",
            "and this one, too, by another sixty-four of these random numbers",
        ].map { KeyMaterial($0.utf8) }
        + [0x00...0x0f, 0x10...0x1f, 0x30...0x3f, 0x01...0x40].map { (bytes: ClosedRange<UInt8>) in
            KeyMaterial(Array(bytes))
        }
}
