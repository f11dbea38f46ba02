import IPsec

/// Keys of combined and counter modes that come back after a reboot, and with them the numbers of the nonces (RFC 8221, 5):
/// two packets with one nonce give away their plaintexts' difference, and of GCM the key that authenticates. Said once of a
/// file.
enum RepeatedNonces {
    static func remarks(on state: DesiredState) -> [LoadedDiagnostic] {
        var first: StatementOrigin?
        var count = 0
        for declared in state.associations where declared.entry.encryption.row?.countsNonces == true {
            count += 1
            first = first ?? declared.origin
        }
        guard let first else { return [] }
        let others =
            switch count {
            case 1: ""
            case 2: ", and so does 1 other of this file"
            default: ", and so do \(count - 1) others of this file"
            }
        var remarks = RuleRemarks(of: .repeatedNonces)
        remarks.add(
            at: first,
            "after a reboot this SA numbers its packets from 1 again, and repeats nonces under its key\(others)",
            advice: "give it a new key and SPI at each boot, or write aes-cbc with an HMAC")
        return remarks.diagnostics
    }
}

extension Algorithm {
    /// Whether its nonces are the numbers of the packets, so that none may come twice under a key.
    var countsNonces: Bool {
        if case .combined = kind { true } else { name == "aes-ctr" }
    }
}
