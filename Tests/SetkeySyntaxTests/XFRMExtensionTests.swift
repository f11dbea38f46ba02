import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

/// What an SA can say through XFRM alone: how it is written, what is wrong with it, and that its bytes say all of it.
struct XFRMExtensionTests {
    private static let keys =
        "-E aes-cbc 0x\(String(repeating: "5a", count: 16)) -A hmac-sha256 0x\(String(repeating: "a5", count: 32))"
    private static let xfrm = ParserOptions(traits: .xfrm)

    private func parsed(_ options: String, _ traits: ParserOptions = xfrm, proto: String = "esp") -> Parsed {
        Parsed("add 192.0.2.1 192.0.2.2 \(proto) 0x1001 \(options) \(Self.keys) ;", traits)
    }

    @Test func eachExtensionSaysWhatItIs() throws {
        let text =
            "-m tunnel -r 1024 -esn -f icmp,af-unspec,align4 -f dont-encap-dscp -ph 18446744073709551614 -ps 5000000000 "
            + "-uh 7 -us 6 -icv 192 -tfc 1400 -coa 192.0.2.9 -sel 10.0.0.0/8 2001:db8::/32 any"
        #expect(parsed(text).association == nil)
        let sa = try #require(parsed(text.replacing("10.0.0.0/8", with: "2001:db8:1::/48")).association)
        #expect(sa.replayWindow.rawValue == 1024)
        #expect(sa.flags == [.extendedSequence, .icmp, .anyFamily, .align4, .withholdDSCP])
        #expect(sa.limits.hard == Lifetime(allocations: .max - 1, useTime: 7))
        #expect(sa.limits.soft == Lifetime(allocations: 5_000_000_000, useTime: 6))
        #expect(sa.options.icvBits == 192 && sa.options.paddedLength == 1400)
        #expect(sa.options.careOfAddress == IPAddress("192.0.2.9"))
        #expect(sa.options.selector?.destination.length == 32 && sa.options.selector?.nextLayer == .any)
    }

    @Test func extendedSequenceNumbersHaveAWindowUnlessTheSAOnlySends() {
        #expect(parsed("-esn").association?.replayWindow == .ordinary)
        #expect(parsed("-esn -r 4096").association?.replayWindow == .widest)
        let sender = parsed("-esn -dir out").association
        #expect(sender?.replayWindow == .disabled && sender?.options.direction == .outbound)
        #expect(parsed("-dir in -wrong").association == nil)
        #expect(parsed("-dir in").association?.replayWindow == .ordinary)
    }

    /// One truncation, one SA, however it is written.
    @Test func anICVThatHasANameIsCalledByIt() {
        #expect(parsed("-icv 128").association?.integrity.name == "hmac-sha256-128")
        #expect(parsed("-icv 128").association?.options == AssociationOptions.none)
        #expect(parsed("-icv 96").association?.integrity.name == "hmac-sha256")
        #expect(parsed("-icv 96").association?.options == AssociationOptions.none)
        #expect(parsed("-icv 256").association?.options.icvBits == 256)
    }

    /// Where the length is written, it is meant; else what is advised would be what stands there.
    @Test func noOtherLengthIsAdvisedWhereOneIsWritten() {
        let options = ParserOptions(traits: .xfrm, warns: true)
        #expect(parsed("", options).headlines.contains { $0.contains("write hmac-sha256-128") })
        for words in ["-icv 96", "-icv 128", "-icv 192"] { #expect(parsed(words, options).headlines.isEmpty) }
    }

    @Test func theNATTraversalOfFreeBSDIsESPInUDP() throws {
        let sa = try #require(parsed("-natt 10.0.0.1 [4501] 192.0.2.2 [4502]").association)
        #expect(sa.encapsulation == NATTraversal(sourcePort: 4501, destinationPort: 4502))
        #expect(sa.originalAddress == IPAddress("10.0.0.1"))
        #expect(parsed("-natt 192.0.2.1 192.0.2.2").association?.encapsulation?.destinationPort == 4500)
        #expect(parsed("-natt 192.0.2.1 192.0.2.2").association?.originalAddress == nil)
    }

    @Test(arguments: [
        "-esn", "-r 33", "-f icmp", "-f noecn,af-unspec", "-ph 4294967296", "-icv 128", "-tfc 9 -m tunnel", "-dir in",
        "-coa ::1", "-hwif eth0 in", "-sel 10.0.0.1 10.0.0.2 any",
    ])
    func whatPFKeyCannotSayIsAnErrorThatNamesXFRM(_ options: String) {
        let refused = parsed(options, ParserOptions())
        #expect(refused.kinds.isEmpty && refused.diagnostics.map(\.severity) == [.error], "\(refused.headlines)")
        #expect(refused.diagnostics.first?.advice.contains("XFRM") == true, "\(refused.headlines)")
    }

    @Test(arguments: [
        ("-r 4097", "more than 4096"), ("-esn -r 0", "replay window"), ("-dir out -r 32", "only sends"),
        ("-dir sideways", "a direction is expected"), ("-dir in -f oseq-may-wrap", "oseq-may-wrap"),
        ("-dir out -f icmp", "icmp"), ("-icv 100", "no ICV of 100"), ("-icv 264", "no ICV of 264"),
        ("-icv 56", "no ICV of 56"), ("-tfc 100", "tunnel mode"), ("-coa 2001:db8::1", "another family"),
        ("-sel ::1 ::2 any", "another family"), ("-f icmp,", "a flag is expected"), ("-f odd", "a flag is expected"),
        ("-ph x", "decimal"), ("-hwif eth0", "an engine for each direction"),
        ("-hwif eth0 in -dir out", "different directions"),
    ])
    func whatMakesNoSenseIsAnError(_ options: String, _ message: String) {
        let refused = parsed(options)
        #expect(refused.kinds.isEmpty && refused.headlines.contains { $0.contains(message) }, "\(refused.headlines)")
    }

    @Test func aDeviceIsToldWhatItDoesAndWhichWay() {
        func offload(_ words: String) -> Offload? { parsed(words).association?.options.offload }
        let eth0 = Device.named("eth0")
        #expect(offload("-hwif eth0 out") == Offload(device: eth0, isOfPackets: false, direction: .outbound))
        #expect(offload("-hwif eth0 crypto in") == Offload(device: eth0, isOfPackets: false, direction: .inbound))
        #expect(offload("-hwif eth0 packet -dir in") == Offload(device: eth0, isOfPackets: true, direction: .inbound))
        #expect(offload("-dir out -r 0 -hwif \"eth0\"")?.direction == .outbound)
        #expect(parsed("-hwif eth0 out -m tunnel -tfc 900").headlines.first?.contains("no device pads packets") == true)
        let udp = parsed("-hwif eth0 out -natt 192.0.2.1 192.0.2.2")
        #expect(udp.headlines.first?.contains("for ESP in UDP") == true)
        #expect(udp.headlines.first?.hasPrefix("1:36: error:") == true, "\(udp.headlines)")
        // Some devices do all of the work for that, too.
        #expect(parsed("-hwif eth0 packet out -natt 192.0.2.1 192.0.2.2").association != nil)
        let ah = Parsed(
            "add ::1 ::2 ah 256 -hwif eth0 in -A hmac-sha1 0x\(String(repeating: "5a", count: 20)) ;", Self.xfrm)
        #expect(ah.headlines.first?.contains("only esp is offloaded to a device") == true)
    }

    @Test func anICVBelongsToAnAlgorithmThatHasOne() {
        let null = Parsed("add ::1 ::2 esp 256 -icv 96 -E null -A null ;", Self.xfrm)
        #expect(null.headlines.first?.contains("no ICV of another length") == true)
        let none = Parsed("add ::1 ::2 esp 256 -icv 96 -E null ;", Self.xfrm)
        #expect(none.headlines.first?.contains("authentication algorithm") == true)
    }

    /// Read again what is printed gives the same, and its bytes say all of it.
    @Test(arguments: [1, 2, UInt64.random(in: 3 ... .max)])
    func whatIsPrintedReadsBackAndIsCarriedWhole(_ seed: UInt64) throws {
        var generator = StatementGenerator(random: SplitMix(seed: seed))
        for _ in 0..<1000 {
            let kind = Statement.Kind.add(generator.richAssociation())
            let text = kind.text(showKeys: true)
            let read = Parsed(text, Self.xfrm)
            #expect(read.kinds == [kind], "seed \(seed): \(text) \(read.headlines)")
            #expect(try Self.told(kind) == kind, "seed \(seed): \(text)")
        }
    }

    /// The SA of a statement as XFRM tells it to others.
    private static func told(_ kind: Statement.Kind) throws -> Statement.Kind? {
        guard let request = kind.request else { return nil }
        var asking = XFRMCodec(processID: 1, portID: XFRMCodec.portIDs.lowerBound)
        var listening = XFRMCodec(processID: 2, portID: XFRMCodec.portIDs.upperBound)
        var devices = Devices()
        devices.insert("in", 3)
        devices.insert("a;#,[b]", 4)
        asking.know(devices)
        listening.know(devices)
        var bytes: [UInt8] = []
        try asking.encode(request, id: RequestID(rawValue: 1), into: &bytes)
        var nothing = NothingKnown()
        guard case .association(.added, let told) = listening.decode(bytes.span, knowing: &nothing).content else {
            return nil
        }
        return .add(told)
    }
}

extension StatementGenerator {
    /// An SA with what only XFRM says.
    fileprivate mutating func richAssociation() -> SecurityAssociation {
        var sa = association()
        // An SA of none of them is not one for XFRM.
        if sa.encryption == .none, sa.integrity == .none, sa.compression == .none { sa.encryption = .null }
        sa.replayWindow = ReplayWindow(rawValue: UInt16(below(4097)))
        if sa.identity.ipsecProtocol != .ipcomp, sa.replayWindow != .disabled, chance() {
            sa.flags.insert(.extendedSequence)
        }
        for (flag, _) in SAFlags.words where chance() { sa.flags.insert(flag) }
        if chance() { sa.limits.hard.allocations = random.next() & ~1 }
        if chance() { sa.limits.hard.useTime = below(1 << 62) }
        var options = AssociationOptions.none
        if sa.mode == .tunnel, sa.identity.ipsecProtocol == .esp, chance() {
            options.paddedLength = UInt32(below(9000))
        }
        if let bits = sa.integrity.icvLengths?.all.randomElement(using: &random).map({ UInt16($0) }), chance() {
            let (truncated, icvBits) = sa.integrity.truncated(to: bits)
            sa.integrity = truncated
            options.icvBits = icvBits
        }
        if sa.identity.ipsecProtocol == .esp, options.paddedLength == 0, chance() {
            options.offload = Offload(
                device: chance() ? .named("in") : .named("a;#,[b]"), isOfPackets: sa.encapsulation != nil || chance(),
                direction: chance() ? .inbound : .outbound)
        }
        if chance() { options.careOfAddress = address(sa.source.family) }
        if chance() { options.selector = selector(of: sa) }
        sa.options = options
        return sa
    }

    /// One that is not everything, which would be none.
    private mutating func selector(of sa: SecurityAssociation) -> Selector {
        var selector = identity().selector
        let family = sa.mode == .tunnel ? selector.source.address.family : sa.source.family
        selector.source = AddressPrefix(address: address(family))
        selector.destination = AddressPrefix(address: address(family), length: UInt8(below(33)))
        return selector
    }
}
