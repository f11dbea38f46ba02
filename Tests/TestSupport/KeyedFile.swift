/// A text and the keys that are in it.
package struct KeyedFile {
    package var text: [UInt8] = []
    /// Pieces of four bytes, in the forms in which they may stand in a text, by their length there.
    private var pieces: [Int: Set<UInt64>] = [:]

    package init() {}

    /// Notes every piece of `length` characters from every `step`th place on.
    package mutating func note(_ key: String, length: Int, step: Int = 1) {
        let bytes = Array(key.utf8)
        for start in stride(from: 0, through: bytes.count - length, by: step) {
            pieces[length, default: []].insert(Self.packed(bytes[start..<start + length]))
        }
    }

    /// Notes the bytes of a key as programs print bytes: in hexadecimal, and in Base64, of which eight characters are
    /// the fewest that no other text has by chance.
    package mutating func note(bytes: [UInt8]) {
        note(bytes.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined(), length: 8, step: 2)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        for start in 0...max(0, bytes.count - 6) {
            let bits = bytes.dropFirst(start).prefix(6).reduce(0) { $0 << 8 | UInt64($1) }
            note(String((0..<8).map { alphabet[Int(bits >> (42 - 6 * UInt64($0)) & 63)] }), length: 8)
        }
    }

    /// A piece of a key in `output`; the line and the column of a diagnostic are numbers of their own.
    package func leak(in output: String) -> String? {
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        let text = Array(lines.map(Self.withoutLocation).joined(separator: "\n").utf8)
        let joined = text.filter { $0 > 32 && $0 != UInt8(ascii: ":") }.map { (65...70).contains($0) ? $0 | 0x20 : $0 }
        for (bytes, lengths) in [(text, [4, 6, 8]), (joined, [8])] {
            for length in lengths where bytes.count >= length {
                for start in 0...bytes.count - length {
                    let piece = bytes[start..<start + length]
                    if pieces[length]?.contains(Self.packed(piece)) == true {
                        return String(decoding: piece, as: UTF8.self)
                    }
                }
            }
        }
        return nil
    }

    /// What follows `NAME:LINE:COLUMN:`.
    private static func withoutLocation(_ line: Substring) -> Substring {
        let fields = line.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        return fields.count == 4 && UInt(fields[1]) != nil && UInt(fields[2]) != nil ? fields[3] : line
    }

    private static func packed(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
