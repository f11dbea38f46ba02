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
///   - later: how many SAs it has besides, which begin at ``laterMoment``.
func largeFile(_ count: Int, version: Int, changes: Changes = .few, later: Int = 0) -> DesiredState {
    var evaluation = DesiredState.Evaluation()
    for number in 0..<count / 2 {
        evaluate(statements(number, version: changes.touch(number) ? version : 0), &evaluation)
    }
    for number in 0..<later { evaluate(laterStatement(number), &evaluation) }
    return evaluation.finish()
}

private func evaluate(_ text: String, _ evaluation: inout DesiredState.Evaluation) {
    var parser = Parser(Array(text.utf8))
    while let statement = parser.next() { evaluation.add(statement, from: 0) }
}

/// An SA and a policy.
private func statements(_ number: Int, version: Int) -> String {
    let ends = "10.\(number >> 16 & 255).\(number >> 8 & 255)"
    return """
        add \(ends).1 \(ends).2 esp \(0x1000 + number) -m tunnel -u \(version) \
        -E aes-cbc 0x000102030405060708090a0b0c0d0e0f -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213 ;
        spdadd 10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255) 10.200.0.0/16 any -P out \
        prio \(version) ipsec esp/tunnel/\(ends).1-\(ends).2/require ;

        """
}

/// Five seconds after the simulated kernel's beginning.
let laterMoment = 1_000_005

private func laterStatement(_ number: Int) -> String {
    "add 10.255.0.1 10.255.0.2 esp \(0x1000 + number) -from \(CalendarTime(laterMoment)) -m tunnel "
        + "-E aes-cbc 0x000102030405060708090a0b0c0d0e0f ;\n"
}

/// The text of such a file.
func largeText(_ count: Int, later: Int) -> [UInt8] {
    Array(
        ((0..<count / 2).map { statements($0, version: 0) } + (0..<later).map(laterStatement)).joined().utf8)
}
