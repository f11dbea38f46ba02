import IPsec
import SetkeySyntax

/// Whether every hundredth entry of a large file, or every one, depends on the version of the file.
enum Changes {
    case few
    case all

    func touch(_ number: Int) -> Bool {
        switch self {
        case .few: number % 100 == 0
        case .all: true
        }
    }
}

/// What a file declares that has `count` entries, half of them SAs and half policies.
///
/// - Parameters:
///   - version: what the entries that differ from version to version have of it.
///   - changes: which those are.
func largeFile(_ count: Int, version: Int, changes: Changes = .few) -> DesiredState {
    var evaluation = DesiredState.Evaluation()
    for number in 0..<count / 2 {
        let changed = changes.touch(number) ? version : 0
        let ends = "10.\(number >> 16 & 255).\(number >> 8 & 255)"
        let text = """
            add \(ends).1 \(ends).2 esp \(0x1000 + number) -m tunnel -u \(changed) \
            -E aes-cbc 0x000102030405060708090a0b0c0d0e0f -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213 ;
            spdadd 10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255) 10.200.0.0/16 any -P out \
            prio \(changed) ipsec esp/tunnel/\(ends).1-\(ends).2/require ;

            """
        var parser = Parser(Array(text.utf8))
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
    }
    return evaluation.finish()
}
