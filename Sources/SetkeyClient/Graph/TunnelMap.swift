package import ControlProtocol
package import IPsec
import SetkeySyntax

/// What the kernel has, as a graph shows it.
package struct TunnelMap: Sendable {
    /// The SAs, as the daemon lists them.
    package var associations: [AssociationRecord] = []
    /// The daemon's clock, seconds since 1970.
    package var time = 0
    /// The policies that the language can say, defaults among them.
    package var policies: [SecurityPolicy] = []
    /// The policies that are the file's.
    package var ownedPolicies: Set<PolicyIdentity> = []

    package init() {}

    /// Takes in policies of `setkey --save`.
    ///
    /// - Parameter isOwned: whether they are of `--owned`.
    package mutating func add(saved text: [UInt8], isOwned: Bool) {
        var parser = Parser(text, options: ParserOptions(credentials: .unread, traits: .xfrm, allowsInclude: false))
        while let statement = parser.next() {
            switch statement.kind {
            case .addPolicy(let policy) where isOwned: ownedPolicies.insert(policy.identity)
            case .addPolicy(let policy): policies.append(policy)
            default: break
            }
        }
    }
}

extension SecurityAssociation {
    /// What a record says of an SA's place among policies; `nil` for one that this client cannot read, and for one that
    /// serves no policy.
    init?(serving record: AssociationRecord) {
        guard record.state == .known(.mature) || record.state == .known(.dying), let identity = SAIdentity(record),
            let source = IPAddress(record.source)
        else { return nil }
        self.init(identity: identity, source: source)
        switch record.mode {
        case .known(.tunnel): mode = .tunnel
        case .known(.beet): mode = .beet
        case .known(.transport), .known(.any): mode = .transport
        case .unknown: return nil
        }
        reqID = ReqID(rawValue: UInt32(clamping: record.reqid))
        interfaceID = InterfaceID(rawValue: UInt32(clamping: record.interfaceID ?? 0))
    }
}

extension SAIdentity {
    /// The name of the SA of a record; `nil` for one that this client cannot read.
    init?(_ record: AssociationRecord) {
        guard let destination = IPAddress(record.destination), case .known(let name) = record.protocol,
            let spi = UInt32(exactly: record.spi)
        else { return nil }
        let numbers = (record.mark ?? "0x0/0x0").split(separator: "/").map { UInt32($0.dropFirst(2), radix: 16) }
        guard numbers.count == 2, let value = numbers[0], let mask = numbers[1] else { return nil }
        self.init(
            destination: destination, ipsecProtocol: name.value, spi: SPI(rawValue: spi),
            mark: Mark(value: value, mask: mask))
    }
}
