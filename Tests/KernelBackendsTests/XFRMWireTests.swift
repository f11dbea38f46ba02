import IPsec
import KernelBackends
import TestSupport
import Testing

/// Datagrams of several messages, what ends a request, and bytes that are no messages.
@Suite struct XFRMWireTests {
    // MARK: Datagrams

    @Test func aDatagramIsItsMessages() throws {
        let messages = [XFRMSamples.acknowledgement(1), XFRMSamples.end(2), XFRMSamples.acknowledgement(3, errno: -2)]
        var bytes: [UInt8] = []
        for message in messages {
            bytes += message
            bytes.append(contentsOf: [UInt8](repeating: 0, count: -bytes.count & 3))
        }
        #expect(Self.split(bytes).map { Array(bytes[$0]) } == messages)
    }

    @Test(arguments: [0, 1, 15, 17, 1 << 31, UInt32.max] as [UInt32])
    func nothingIsDroppedBehindALengthThatCannotBeRight(_ length: UInt32) {
        var bytes = XFRMSamples.acknowledgement(1)
        let first = bytes.count
        bytes += XFRMSamples.acknowledgement(2)
        bytes.setLength(length, at: first)
        let ranges = Self.split(bytes)
        // A length of 17 is possible: the rest is then another message.
        #expect(ranges.first == 0..<first)
        #expect(ranges.last?.upperBound == bytes.count)
        #expect(ranges.count == (length == 17 ? 3 : 2))
    }

    @Test func fewerBytesThanAHeaderAreOneMessage() {
        #expect(Self.split([1, 2, 3]) == [0..<3])
        #expect(Self.split([]).isEmpty)
    }

    private static func split(_ bytes: [UInt8]) -> [Range<Int>] {
        var datagram = NetlinkDatagram(byteCount: bytes.count)
        var ranges: [Range<Int>] = []
        while let range = datagram.next(in: bytes.span) { ranges.append(range) }
        return ranges
    }

    // MARK: What ends a request

    @Test func aChangeEndsWithItsAcknowledgement() throws {
        var codec = XFRMSamples.codec()
        let request = try XFRMSamples.bytes(of: .add(PFKeySamples.espSA()), &codec)
        let answer = XFRMAwaitedAnswer(to: request.span)
        #expect(answer.verdict(on: request.told().span) == .part)
        #expect(answer.verdict(on: XFRMSamples.acknowledgement(7).span) == .answer)
        #expect(answer.verdict(on: XFRMSamples.acknowledgement(7, errno: -22).span) == .refusal)
        #expect(answer.verdict(on: XFRMSamples.acknowledgement(8).span) == .unrelated)
        #expect(answer.verdict(on: XFRMSamples.acknowledgement(7, portID: 7).span) == .unrelated)
        #expect(answer.verdict(on: [UInt8](repeating: 0, count: 9).span) == .unrelated)
    }

    @Test func aQuestionEndsWithWhatWasAskedFor() throws {
        var codec = XFRMSamples.codec()
        let request = try XFRMSamples.bytes(of: .get(PFKeySamples.reference), &codec)
        let told = try XFRMSamples.bytes(of: .add(PFKeySamples.espSA()), &codec).told()
        #expect(XFRMAwaitedAnswer(to: request.span).verdict(on: told.span) == .answer)
    }

    @Test func aDumpEndsWithItsEnd() throws {
        var codec = XFRMSamples.codec()
        let request = try XFRMSamples.bytes(of: .dump(.esp), &codec)
        let answer = XFRMAwaitedAnswer(to: request.span)
        let record = try XFRMSamples.bytes(of: .add(PFKeySamples.espSA()), &codec).told(flags: .multipart)
        #expect(answer.verdict(on: record.span) == .part)
        #expect(answer.verdict(on: XFRMSamples.end(7).span) == .answer)
        #expect(answer.verdict(on: XFRMSamples.acknowledgement(7, errno: -16).span) == .refusal)
    }

    // MARK: Damage

    /// 100,000 damaged messages: nothing traps, and what is shown of them to those who may not see keys has none.
    @Test(arguments: [1, UInt64.random(in: .min ... .max)])
    func damagedMessagesNeverTrap(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        var codec = XFRMSamples.codec()
        var samples = try XFRMSamples.requests.map { try XFRMSamples.news(of: $0) }
        let types: [XFRMMessageType] = [.expire, .policyExpire, .acquire, .mapping, .deleteSA, .deletePolicy, .error]
        for type in types {
            samples.append(try XFRMSamples.news(of: .add(PFKeySamples.espSA())).told(type: type))
            samples.append(try XFRMSamples.news(of: .addPolicy(PFKeySamples.policy())).told(type: type))
        }
        for round in 0..<50_000 {
            let damaged = samples[round % samples.count].damaged(&random)
            _ = codec.decode(damaged)
            if round % 8 == 0 {
                let shown = codec.describe(damaged.span, as: [.masked, .keyed])
                for showsKeys in [false, true] {
                    let form = try #require(shown.form(showKeys: showsKeys))
                    #expect(form.digits.utf8.count == damaged.count * 2)
                }
            }
        }
    }

    @Test func keysAreShownToThoseAloneWhoMaySeeThem() throws {
        let codec = XFRMSamples.codec()
        let key = "a0a1a2a3a4a5a6a7"
        for sa in [PFKeySamples.espSA(), PFKeySamples.ahSA(), XFRMSamples.gcmSA()] {
            let message = try XFRMSamples.news(of: .add(sa))
            let shown = codec.describe(message.span, as: [.masked, .keyed])
            let masked = try #require(shown.form(showKeys: false))
            let keyed = try #require(shown.form(showKeys: true))
            #expect(keyed.digits.contains(key))
            #expect(!masked.digits.contains(key))
            let text = String(decoding: masked.text, as: UTF8.self)
            #expect(text.contains("<hidden>"))
            #expect(!text.contains("a0a1a2a3"))
            #expect(String(decoding: keyed.text, as: UTF8.self).contains("a0a1a2a3"))
        }
    }
}

extension [UInt8] {
    /// The message as a hostile peer, or a kernel of another age, might send it.
    func damaged(_ random: inout SplitMix) -> [UInt8] {
        var bytes = self
        for _ in 0...Int.random(in: 0...3, using: &random) {
            guard let index = bytes.indices.randomElement(using: &random) else { break }
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes[index] = .random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(index...)
            case 2: bytes.insert(contentsOf: bytes[index...].prefix(Int.random(in: 0...80, using: &random)), at: index)
            case 3: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 4: bytes.damageAttribute(at: index & ~3, &random)
            case 5: bytes += bytes[(index & ~3)...].prefix(Int.random(in: 4...80, using: &random))
            default: bytes.nest(from: index & ~3, &random)
            }
        }
        // Most keep a length that is their own, or they would all end there.
        if bytes.count >= 4, Int.random(in: 0..<8, using: &random) > 0 { bytes.setLength(UInt32(bytes.count), at: 0) }
        return bytes
    }

    /// Gives what begins there a length that is none of an attribute, or one of nothing.
    private mutating func damageAttribute(at offset: Int, _ random: inout SplitMix) {
        guard offset + 1 < count else { return }
        let length = [0, 1, 3, 4, 5, 0x7fff, 0xffff].randomElement(using: &random) ?? 0
        (self[offset], self[offset + 1]) = (UInt8(length & 0xff), UInt8(length >> 8))
    }

    /// Puts everything from there on into an attribute, with the flag of one that has others in it.
    private mutating func nest(from offset: Int, _ random: inout SplitMix) {
        guard offset <= count, let length = UInt16(exactly: count - offset + 4) else { return }
        let type = UInt16.random(in: 0...40, using: &random) | 0x8000
        insert(
            contentsOf: [length, type].flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }, at: offset)
    }

    /// Writes `nlmsg_len` of the message that begins at `offset`.
    fileprivate mutating func setLength(_ length: UInt32, at offset: Int) {
        for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: length >> UInt32(8 * index)) }
    }
}
