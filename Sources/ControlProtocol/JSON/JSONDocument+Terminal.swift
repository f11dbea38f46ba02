import TextBytes

extension JSONDocument {
    /// JSON as a terminal may get it, whoever has sent it: what would not be seen as a character of its own, or would have
    /// others be seen elsewhere, is an escape (RFC 8259, 7), which means the same.
    package static func shown(_ json: [UInt8]) -> [UInt8] {
        // Mostly there is nothing but ASCII; what comes before the blank is an escape already. Without an end in the middle
        // this takes many bytes at once.
        guard json.reduce(0, max) >= 127 else { return json }
        var shown: [UInt8] = []
        shown.reserveCapacity(json.count)
        // Only strings have something else, so that it can be an escape wherever it stands.
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            // Of control characters only line feeds are left, between the members.
            if scalar.isSeen || scalar == "\n" {
                shown += scalar.utf8
            } else {
                for unit in scalar.utf16 { shown += "\\u\(fourDigits(unit))".utf8 }
            }
        }
        return shown
    }

    private static func fourDigits(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
