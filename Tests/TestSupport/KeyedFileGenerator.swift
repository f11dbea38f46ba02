/// Makes files with keys of every form, and damages them as people and editors do.
package struct KeyedFileGenerator {
    private var random: SplitMix

    private let hasNumericKeys: Bool

    /// - Parameter hasNumericKeys: whether there are keys of digits alone, which other numbers in a message may be like.
    package init(seed: UInt64, hasNumericKeys: Bool = true) {
        random = SplitMix(seed: seed)
        self.hasNumericKeys = hasNumericKeys
    }

    private mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    private mutating func any(_ words: [String]) -> String { words[below(words.count)] }

    package mutating func damagedFile() -> KeyedFile {
        var file = file()
        for _ in 0...below(3) { damage(&file.text) }
        return file
    }

    package mutating func file() -> KeyedFile {
        var file = KeyedFile()
        for _ in 0...below(3) {
            let added = statement(&file)
            file.text += Array(added.utf8)
            file.text += any(["\n", " ", "", "\n\n"]).utf8
        }
        return file
    }

    private mutating func statement(_ file: inout KeyedFile) -> String {
        if below(8) == 0 { return dump(&file) }
        let policy =
            "spdadd 10.0.0.0/24[any] 10.0.1.0/24[500] udp -P out prio 100 ipsec esp/tunnel/10.0.0.1-10.0.0.2/require ;"
        let proto = any(["esp 0x1000", "esp 4100", "ah 0x100", "esp-udp 0x2000", "bogus 0x1000", "0x1000"])
        let words = [
            any([
                "add 10.0.0.1 10.0.0.2", "add ::1 ::2", "update 10.0.0.1 10.0.0.2", "ad 10.0.0.1 10.0.0.2", "10.0.0.2",
            ]),
            proto, any(["", "-m tunnel", "-m tunnnel -r 4", "-u 1000000", "-lh 60 -ls 50", "-ctx 1 1 \"label\""]),
            algorithm(
                ["-E", "-E", "-e", "enc", ""], ["aes-cbc", "des-cbc", "3des-cbc", "aes-cbs", "cbc(aes)", ""], &file),
            below(2) == 0
                ? "" : algorithm(["-A", "-A", "-a", "auth"], ["hmac-sha1", "hmac-md5", "hmac(sha1)"], &file),
            any(["", "", "-m bogus", "nonsense", "-f zero-pad"]), ";",
        ]
        let comment = below(4) == 0 ? " # was " + key(&file) : ""
        return words.filter { !$0.isEmpty }.joined(separator: any([" ", " ", "\n\t"])) + comment + any(["\n", ""])
            + (below(4) == 0 ? policy : "")
    }

    private mutating func algorithm(_ options: [String], _ names: [String], _ file: inout KeyedFile) -> String {
        any(options) + any([" ", " ", " ", ""]) + any(names) + any([" ", " ", " ", "", "=", ":"]) + key(&file)
    }

    /// As `setkey -D --show-keys` prints it.
    private mutating func dump(_ file: inout KeyedFile) -> String {
        "10.0.0.1 10.0.0.2\n\tesp mode=transport spi=4097(0x00001001) reqid=0(0x00000000)\n\tE: aes-cbc  "
            + groups(hexadecimal(&file), of: 8, " ") + "\n\tA: hmac-sha1  " + groups(hexadecimal(&file), of: 8, " ")
            + "\n\tseq=0x00000000 replay=32 flags=0x00000000 state=mature\n"
    }

    // MARK: Keys

    private mutating func key(_ file: inout KeyedFile) -> String {
        switch below(10) {
        case 0, 1: return "0x" + hexadecimal(&file)
        case 2: return hexadecimal(&file)
        case 3:
            return any(["0x", ""])
                + groups(hexadecimal(&file), of: [2, 4, 8][below(3)], any([" ", ":", "_", " 0x"]))
        case 4: return base64(&file)
        case 5: return any(["'", "\u{201c}", ""]) + text(&file) + any(["'", "\u{201d}", ""])
        default: return "\"" + text(&file) + "\""
        }
    }

    private mutating func hexadecimal(_ file: inout KeyedFile) -> String {
        let bytes = (0..<[8, 16, 20, 24][below(4)]).map { _ in UInt8(below(256)) }
        let text = bytes.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined()
        file.note(bytes: bytes)
        return below(3) == 0 ? text.uppercased() : text
    }

    private func groups(_ digits: String, of count: Int, _ separator: String) -> String {
        let characters = Array(digits)
        return stride(from: 0, to: characters.count, by: count).map {
            String(characters[$0..<min($0 + count, characters.count)])
        }
        .joined(separator: separator)
    }

    /// Letters that no message and no word of the language has in such a row.
    private mutating func text(_ file: inout KeyedFile) -> String {
        let isNumeric = hasNumericKeys && below(6) == 0
        let others = Array("abcdefghijklmnopqrstuvwxyz0123456789 ;#,[]@/.:-_=+$%&()<>?!")
        let letters = Array("QWXYZVKJ")
        let characters = (0..<[8, 16, 20, 24][below(4)]).map { index in
            isNumeric ? Array("789")[below(3)] : index % 2 == 0 ? letters[below(8)] : others[below(others.count)]
        }
        file.note(String(characters), length: 4)
        file.note(bytes: Array(String(characters).utf8))
        return String(characters)
    }

    private mutating func base64(_ file: inout KeyedFile) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let characters = (0..<22).map { _ in alphabet[below(64)] } + ["=", "="]
        file.note(String(characters), length: 6)
        return String(characters)
    }

    // MARK: Damage

    private mutating func damage(_ text: inout [UInt8]) {
        guard text.count > 2 else { return }
        let index = below(text.count - 1)
        switch below(9) {
        case 0: text.remove(at: index)
        case 1: text.insert(Array("\";#\n ,[x0".utf8)[below(9)], at: index)
        case 2: text.swapAt(index, index + 1)
        case 3, 4: removeOne(of: "\"", from: &text)
        case 5: removeOne(of: " ", from: &text)
        case 6: text.insert(contentsOf: "\\\n ".utf8, at: index)
        case 7: removeOne(of: ";", from: &text)
        default: text.removeSubrange(index..<min(text.count, index + 1 + below(6)))
        }
    }

    private mutating func removeOne(of character: Unicode.Scalar, from text: inout [UInt8]) {
        let places = text.indices.filter { text[$0] == UInt8(ascii: character) }
        guard !places.isEmpty else { return }
        text.remove(at: places[below(places.count)])
    }
}
