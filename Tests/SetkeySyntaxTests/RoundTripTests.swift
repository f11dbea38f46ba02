import IPsec
import SetkeySyntax
import TestSupport
import Testing

/// Draws statements from the whole vocabulary.
struct StatementGenerator {
    var random: SplitMix
    /// Whether it says what only XFRM can carry.
    var hasMarks = false

    mutating func below(_ bound: UInt64) -> UInt64 { UInt64.random(in: 0..<bound, using: &random) }
    mutating func chance() -> Bool { Bool.random(using: &random) }

    mutating func address(_ family: IPAddress.Family) -> IPAddress {
        guard family == .ipv6 else { return IPAddress(ipv4: UInt32(truncatingIfNeeded: random.next())) }
        return chance() ? IPAddress(ipv6: random.next(), random.next()) : IPAddress(ipv6: 0x2001_0db8 << 32, below(9))
    }

    mutating func key(_ lengths: KeyLengths) -> KeyMaterial? {
        guard let bits = lengths.all.randomElement(using: &random), bits > 0 else { return nil }
        return KeyMaterial((0..<bits / 8).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    mutating func row(_ kind: Algorithm.Kind) -> Algorithm? {
        Algorithm.table.filter { $0.kind == kind && $0.interfaces == .all }.randomElement(using: &random)
    }

    mutating func association(reserving: Bool = false) -> SecurityAssociation {
        let family: IPAddress.Family = chance() ? .ipv4 : .ipv6
        let proto = IPsecProtocol.allCases.randomElement(using: &random) ?? .esp
        let spi = SPI(rawValue: UInt32(256 + below(proto == .ipcomp ? 0xff00 : 0xffff_ff00)))
        let identity = SAIdentity(destination: address(family), ipsecProtocol: proto, spi: spi)
        var sa = SecurityAssociation(identity: identity, source: address(family))
        sa.mode = chance() ? .tunnel : .transport
        sa.replayWindow = ReplayWindow(rawValue: UInt16(below(33)))
        sa.reqID = ReqID(rawValue: chance() ? 0 : UInt32(truncatingIfNeeded: random.next()))
        if chance() { sa.flags = [.noECN, .noPathMTUDiscovery] }
        if chance() { sa.flags.insert(.decapsulateDSCP) }
        if chance() { sa.limits.hard = Lifetime(bytes: below(1 << 60), addTime: below(1 << 60)) }
        if chance() { sa.limits.soft.addTime = sa.limits.hard.addTime / 2 }
        if chance() { sa.securityContext = SecurityContext(domain: 1, algorithm: UInt8(below(256)), label: "ü;#:x") }
        if proto == .esp, chance() {
            sa.encapsulation = NATTraversal(sourcePort: UInt16(1 + below(65535)), destinationPort: 4500)
        }
        if !reserving { addAlgorithms(to: &sa) }
        if hasMarks { addMarks(to: &sa) }
        return sa
    }

    mutating func mark() -> Mark {
        let mask = UInt32(truncatingIfNeeded: random.next())
        return chance() ? .none : Mark(value: UInt32(truncatingIfNeeded: random.next()), mask: chance() ? mask : .max)
    }

    mutating func addMarks(to sa: inout SecurityAssociation) {
        sa.identity = sa.identity.marked(mark())
        sa.outputMark = mark()
        if chance() { sa.interfaceID = InterfaceID(rawValue: UInt32(truncatingIfNeeded: random.next())) }
    }

    mutating func addAlgorithms(to sa: inout SecurityAssociation) {
        if sa.identity.ipsecProtocol == .ipcomp { return sa.compression = .deflate }
        if sa.identity.ipsecProtocol == .esp, let row = row(.encryption) {
            sa.encryption = EncryptionAlgorithm(rawValue: row.number)
            sa.encryptionKey = key(row.keyLengths)
        }
        guard sa.identity.ipsecProtocol == .ah || chance(), let row = row(.integrity) else { return }
        let isNullAH = row.name == "null" && sa.identity.ipsecProtocol == .ah
        sa.integrity = IntegrityAlgorithm(rawValue: isNullAH ? 3 : row.number)
        sa.integrityKey = isNullAH ? KeyMaterial((0..<20).map { $0 }) : key(row.keyLengths)
    }

    mutating func identity() -> PolicyIdentity {
        let family: IPAddress.Family = chance() ? .ipv4 : .ipv6
        let source = AddressPrefix(address: address(family), length: UInt8(below(UInt64(family.bitCount) + 1)))
        let destination = AddressPrefix(address: address(family), length: UInt8(below(UInt64(family.bitCount) + 1)))
        var selector = Selector(source: source, destination: destination)
        selector.nextLayer = NextLayerProtocol(rawValue: [255, 1, 6, 17, 47, 50, 58, 99, 135][Int(below(9))])
        if chance() {
            let bound: UInt64 = selector.nextLayer.hasTypeAndCode ? 256 : 65536
            selector.sourcePort = UInt16(below(bound))
            selector.destinationPort = UInt16(below(bound))
        }
        let direction = [Direction.inbound, .outbound, .forward][Int(below(3))]
        guard hasMarks else { return PolicyIdentity(direction: direction, selector: selector) }
        let devices: [Device] = ["eth0", "br-lan.7", "in", "a;#,[b]", "ü", "-P"].map { .named($0) } + [.numbered(7)]
        return PolicyIdentity(
            direction: direction, selector: selector, mark: mark(),
            interfaceID: InterfaceID(rawValue: chance() ? 0 : UInt32(truncatingIfNeeded: random.next())),
            device: chance() ? nil : devices.randomElement(using: &random))
    }

    mutating func policy() -> SecurityPolicy {
        if hasMarks, below(8) == 0, let direction = Direction.managed.randomElement(using: &random) {
            return SecurityPolicy(defaultOf: direction, action: chance() ? .discard : .bypass)
        }
        let identity = identity()
        let transforms = (0..<1 + below(6)).map { _ in transform(identity.direction) }
        let action: PolicyAction = [.discard, .bypass, .protect(transforms)][Int(below(3))]
        var policy = SecurityPolicy(identity: identity, action: action)
        if chance() { policy.priority = UInt32(truncatingIfNeeded: random.next()) }
        if chance() { policy.securityContext = SecurityContext(domain: 1, algorithm: 1, label: "a b") }
        if chance() { policy.limits.hard = Lifetime(addTime: below(1 << 60), useTime: below(1 << 60)) }
        if chance() { policy.limits.soft.useTime = policy.limits.hard.useTime / 2 }
        if hasMarks, chance() { policy.flags = PolicyFlags(rawValue: UInt8(below(4))) }
        return policy
    }

    mutating func transform(_ direction: Direction) -> Transform {
        let proto = NextLayerProtocol(rawValue: (IPsecProtocol.allCases.randomElement(using: &random) ?? .esp).rawValue)
        let isTunnel = chance()
        let family: IPAddress.Family = chance() ? .ipv4 : .ipv6
        let ends = Transform.Endpoints(source: address(family), destination: address(family))
        let unique = ReqID(rawValue: hasMarks ? UInt32(below(1 << 32)) : UInt32(below(16384)))
        let level: TransformLevel = [.default, .require, .unique(unique), .use][Int(below(isTunnel ? 3 : 4))]
        return Transform(
            nextLayer: proto, mode: isTunnel ? .tunnel : .transport, endpoints: isTunnel ? ends : nil, level: level)
    }

    mutating func statement() -> Statement.Kind {
        let sa = association()
        let reference = SAReference(identity: sa.identity, source: sa.source)
        let proto = chance() ? sa.identity.ipsecProtocol : nil
        switch below(16) {
        case 0, 1, 2: return .add(sa)
        case 3: return .update(sa)
        case 4:
            let reserved = association(reserving: true)
            return .reserveSPI(reserved, range: reserved.identity.spi.rawValue...reserved.identity.spi.rawValue)
        case 5: return .get(reference)
        case 6: return .delete(reference)
        case 7: return .deleteAll(source: sa.source, destination: sa.identity.destination, ipsecProtocol: proto)
        case 8: return .flush(proto)
        case 9: return .dump(proto)
        case 10, 11, 12: return .addPolicy(policy())
        case 13:
            let policy = policy()
            return policy.identity.isDefault ? .addPolicy(policy) : .updatePolicy(policy)
        case 14: return .deletePolicy(identity())
        default: return [.flushPolicies, .dumpPolicies, .include(pattern: "/x/*.conf")][Int(below(3))]
        }
    }
}

struct RoundTripTests {
    @Test(arguments: [1, 2, 3, UInt64.random(in: 4 ... .max)])
    func whatIsPrintedReadsBackEqual(_ seed: UInt64) {
        check(StatementGenerator(random: SplitMix(seed: seed)), .pfKey, seed)
    }

    @Test(arguments: [1, 2, UInt64.random(in: 4 ... .max)])
    func whatOnlyXFRMCarriesReadsBackEqual(_ seed: UInt64) {
        check(StatementGenerator(random: SplitMix(seed: seed), hasMarks: true), .xfrm, seed)
    }

    private func check(_ generator: consuming StatementGenerator, _ traits: KernelTraits, _ seed: UInt64) {
        let kinds = (0..<2000).map { _ in generator.statement() }
        let text = kinds.map { $0.text(showKeys: true) }.joined(separator: "\n")
        let parsed = Parsed(text, ParserOptions(traits: traits))
        #expect(!parsed.diagnostics.contains { $0.severity == .error }, "seed \(seed): \(parsed.headlines)")
        #expect(parsed.kinds.count == kinds.count, "seed \(seed)")
        for (kind, read) in zip(kinds, parsed.kinds) where kind != read {
            Issue.record("seed \(seed): \(kind.text())")
        }
    }

    @Test func keysAreHiddenUnlessAskedFor() throws {
        let kind = try #require(Parsed("add ::1 ::2 esp 256 -E des-cbc \"12345678\" ;").kinds.first)
        #expect(kind.text() == "add ::1 ::2 esp 0x100 -r 0 -E des-cbc <hidden> ;")
        #expect(kind.text(showKeys: true) == "add ::1 ::2 esp 0x100 -r 0 -E des-cbc 0x3132333435363738 ;")
    }

    @Test func aReservationOfAnySPIReadsBack() throws {
        let kind = try #require(Parsed("getspi ::1 ::2 esp 0 -u 5 ;").kinds.first)
        #expect(Parsed(kind.text()).kinds == [kind])
    }
}
