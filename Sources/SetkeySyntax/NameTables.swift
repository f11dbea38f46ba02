/// Names of upper-layer protocols, as `/etc/protocols` gives them.
package struct ProtocolNames: Equatable, Sendable {
    /// What every text may name on any machine, with `icmp6` and `ip4` of the language.
    package static let builtIn = ProtocolNames(parsing: [])

    private var numbers: [String: UInt8] = [:]
    private var names = [String?](repeating: nil, count: 256)

    /// Reads the text of `/etc/protocols`; lines that are none are skipped. The built-in names stay, unless it has
    /// them too.
    package init(parsing text: [UInt8]) {
        for (name, number) in Self.alwaysKnown { add(name, number, isOfficial: names[Int(number)] == nil) }
        for fields in NameTableLines(text) {
            guard fields.count >= 2, let number = UInt8(fields[1]) else { continue }
            names[Int(number)] = nil
            for name in [fields[0]] + fields[2...] { add(name, number, isOfficial: names[Int(number)] == nil) }
        }
    }

    private mutating func add(_ name: String, _ number: UInt8, isOfficial: Bool) {
        numbers[name] = number
        if isOfficial { names[Int(number)] = name }
    }

    /// The number of a name or an alias.
    package func number(of name: String) -> UInt8? { numbers[name] }

    /// The official name of a number.
    package func name(of number: UInt8) -> String? { names[Int(number)] }

    private static let alwaysKnown: [(String, UInt8)] = [
        ("icmp", 1), ("igmp", 2), ("ipencap", 4), ("ip4", 4), ("tcp", 6), ("udp", 17), ("ipv6", 41), ("gre", 47),
        ("esp", 50), ("ah", 51), ("ipv6-icmp", 58), ("icmp6", 58), ("ospf", 89), ("ipcomp", 108), ("sctp", 132),
        ("mobility-header", 135),
    ]
}

/// Names of ports, as `/etc/services` gives them.
package struct ServiceNames: Equatable, Sendable {
    /// No names: ports are numbers.
    package static let none = ServiceNames(parsing: [])

    private var services: [String: [Service]] = [:]

    private struct Service: Equatable {
        let protocolName: String
        let port: UInt16
    }

    /// Reads the text of `/etc/services`; lines that are none are skipped.
    package init(parsing text: [UInt8]) {
        for fields in NameTableLines(text) where fields.count >= 2 {
            let parts = fields[1].split(separator: "/")
            guard parts.count == 2, let port = UInt16(parts[0]) else { continue }
            let service = Service(protocolName: String(parts[1]), port: port)
            for name in [fields[0]] + fields[2...] { services[name, default: []].append(service) }
        }
    }

    /// The port that `name` has for `protocolName`; for a protocol that does not list it, the one that all others
    /// agree on.
    package func port(of name: String, for protocolName: String?) -> UInt16? {
        guard let known = services[name], let first = known.first else { return nil }
        if let match = known.first(where: { $0.protocolName == protocolName }) { return match.port }
        return known.allSatisfy { $0.port == first.port } ? first.port : nil
    }
}

/// The lines of a name table, split at blanks, without comments.
private struct NameTableLines: Sequence, IteratorProtocol {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    mutating func next() -> [String]? {
        while position < text.count {
            let end = text[position...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            let line = text[position..<end].prefix { $0 != UInt8(ascii: "#") }
            position = end + 1
            let fields = line.split { $0 == 32 || $0 == 9 || $0 == 13 }.map { String(decoding: $0, as: UTF8.self) }
            if !fields.isEmpty { return fields }
        }
        return nil
    }
}
