package import ControlProtocol
import IPsec

/// Lines of Wireshark's table of SAs of ESP, `esp_sa`: with them it decrypts a capture.
package enum WiresharkText {
    /// The line of an SA of ESP; of one that Wireshark cannot decrypt a comment that says why.
    package static func line(_ record: AssociationRecord) -> String {
        guard let cipher = cipher(record), let key = key(record.encryptionKey, cipher),
            let integrity = integrity(record)
        else { return "# \(name(record)): \(objection(record))\n" }
        var fields = [
            record.destination.contains(":") ? "IPv6" : "IPv4", source(record), record.destination,
            "0x\(hexadecimal(record.spi, width: 8))", cipher.wiresharkName, key, integrity,
            record.integrityKey.map { "0x\($0)" } ?? "",
        ]
        // Older versions have no such fields, and say so.
        if record.extensions?.extendedSequence == true {
            let sequence = max(record.numbers?.sent ?? 0, record.numbers?.received ?? 0)
            fields += ["64-bit", "0x\(hexadecimal(sequence >> 32, width: 1))"]
        }
        return fields.map { "\"\($0)\"" }.joined(separator: ",") + "\n"
    }

    /// Wireshark has a word of its own for any address.
    private static func source(_ record: AssociationRecord) -> String {
        record.source == "0.0.0.0" || record.source == "::" ? "*" : record.source
    }

    private static func name(_ record: AssociationRecord) -> String {
        "\(record.source) \(record.destination) esp 0x\(hexadecimal(record.spi, width: 8))"
    }

    /// Why there is no line.
    private static func objection(_ record: AssociationRecord) -> String {
        if record.state == .known(.larval) { return "it has no keys yet" }
        if record.degraded == true { return "the kernel interface does not tell its algorithms" }
        guard cipher(record) != nil else { return "Wireshark does not know \(record.encryption ?? "its cipher")" }
        guard integrity(record) != nil else {
            return "Wireshark does not know an ICV of \(icvBits(record) ?? 0) bits of \(record.integrity ?? "none")"
        }
        return "the kernel is locked down and does not tell its keys"
    }

    private static func cipher(_ record: AssociationRecord) -> Algorithm? {
        Algorithm.table.first {
            [.encryption, .combined].contains($0.kind) && $0.name == record.encryption && !$0.wiresharkName.isEmpty
        }
    }

    /// `nil` where the kernel does not tell it.
    private static func key(_ digits: String?, _ cipher: Algorithm) -> String? {
        digits.map { "0x\($0)" } ?? (cipher.keyLengths == .none ? "" : nil)
    }

    private static func integrityRow(_ record: AssociationRecord) -> Algorithm? {
        Algorithm.table.first { $0.kind == .integrity && $0.name == record.integrity }
    }

    private static func icvBits(_ record: AssociationRecord) -> Int? {
        record.extensions?.icv ?? integrityRow(record).map { Int($0.icvBits) }
    }

    /// What it checks packets by: where it knows the length alone, it strips the ICV without a check.
    private static func integrity(_ record: AssociationRecord) -> String? {
        guard record.integrity != nil else { return "NULL" }
        if record.extensions?.icv == nil, let name = integrityRow(record)?.wiresharkName, !name.isEmpty { return name }
        guard let bits = icvBits(record), [64, 96, 128, 192, 256].contains(bits) else { return nil }
        return "ANY \(bits) bit authentication [no checking]"
    }

    private static func hexadecimal(_ number: Int, width: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}
