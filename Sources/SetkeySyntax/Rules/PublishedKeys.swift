import IPsec

/// Keys that are printed in the sample file or in a manual, which everybody knows.
enum PublishedKeys {
    static func remarks(on state: DesiredState, _ file: FileKeys) -> [LoadedDiagnostic] {
        var remarks = RuleRemarks(of: .publishedKey)
        let digests = keys.map(\.digest.digest)
        var told: Int?
        for key in file.keys where digests.contains(key.digest) && key.owner != told {
            guard let bytes = file.material(of: key, in: state), keys.contains(bytes) else { continue }
            remarks.add(
                at: state.associations[key.owner].origin,
                "a key of this SA is an example from a manual: everybody knows it",
                advice: "make keys of your own, for example with setkey --new-key")
            told = key.owner
        }
        return remarks.diagnostics
    }

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
