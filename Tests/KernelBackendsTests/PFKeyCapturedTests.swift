import IPsec
import KernelBackends
import TestSupport
import Testing

/// Messages laid out by hand from `linux/pfkeyv2.h`, as Linux sends them (kernel-facts 1.2, 3, 4).
@Suite struct PFKeyCapturedTests {
    /// The broadcast of `add 192.0.2.1 192.0.2.2 esp 4097 …`, which is also its answer.
    private let added = hex(
        """
        02 03 00 03  23 00 00 00  2a 00 00 00  ed 5e 00 00 | version 2, ADD, errno 0, ESP; 35 words; seq 42, pid 24301
        02 00 01 00  00 00 10 01  04 01 03 0c  00 00 00 40 | SA: spi 4097, replay 4, mature, sha1, aes; DECAP_DSCP
        04 00 03 00  00 00 00 00  40 42 0f 00  00 00 00 00 | hard: 0 packets, 1,000,000 bytes
        10 0e 00 00  00 00 00 00  00 00 00 00  00 00 00 00 |   3600 s since creation, no use time
        04 00 04 00  00 00 00 00  00 35 0c 00  00 00 00 00 | soft: 800,000 bytes
        f0 0a 00 00  00 00 00 00  00 00 00 00  00 00 00 00 |   2800 s
        04 00 02 00  03 00 00 00  c0 00 00 00  00 00 00 00 | current: 3 packets, 192 bytes
        09 1a 23 69  00 00 00 00  0b 1a 23 69  00 00 00 00 |   created and first used
        03 00 05 00  00 20 00 00  02 00 00 00  c0 00 02 01 | source 192.0.2.1/32
        00 00 00 00  00 00 00 00
        03 00 06 00  00 20 00 00  02 00 00 00  c0 00 02 02 | destination 192.0.2.2/32
        00 00 00 00  00 00 00 00
        03 00 07 00  ff 00 00 00  02 00 00 00  00 00 00 00 | proxy 0.0.0.0/0
        00 00 00 00  00 00 00 00
        04 00 08 00  a0 00 00 00  a0 a1 a2 a3  a4 a5 a6 a7 | authentication key of 160 bits
        a8 a9 aa ab  ac ad ae af  b0 b1 b2 b3  00 00 00 00 |   and four bytes of padding
        03 00 09 00  80 00 00 00  a0 a1 a2 a3  a4 a5 a6 a7 | encryption key of 128 bits
        a8 a9 aa ab  ac ad ae af
        02 00 13 00  02 00 00 00  00 00 00 00  07 00 00 00 | SA2: tunnel, reqid 7
        01 00 14 00  02 00 00 00                           | ESP in UDP
        """)

    @Test func anAddBroadcast() throws {
        var codec = PFKeyCodec(processID: 1)
        let event = codec.decode(added)
        let sa = try #require(event.content.association?.sa)
        #expect(event.content.association?.verb == .added)
        #expect(event.origin == .init(request: nil, processID: 24301, sequence: 42))
        #expect(sa.identity == PFKeySamples.espSA().identity)
        #expect(sa.identity.spi == SPI(rawValue: 0x1001))
        #expect(sa.identity.destination.description == "192.0.2.2")
        #expect(sa.source.description == "192.0.2.1")
        #expect(sa.mode == .tunnel)
        #expect(sa.state == .mature)
        #expect(sa.reqID.rawValue == 7)
        #expect(sa.replayWindow.rawValue == 4)
        #expect(sa.flags == .decapsulateDSCP)
        #expect(sa.encryption.row?.name == "aes-cbc")
        #expect(sa.integrity.row?.name == "hmac-sha1")
        #expect(sa.encryptionKey == PFKeySamples.key(16))
        #expect(sa.integrityKey == PFKeySamples.key(20))
        #expect(sa.limits.hard == Lifetime(bytes: 1_000_000, addTime: 3600))
        #expect(sa.limits.soft == Lifetime(bytes: 800_000, addTime: 2800))
        #expect(sa.current == Lifetime(allocations: 3, bytes: 192, addTime: 0x6923_1a09, useTime: 0x6923_1a0b))
        #expect(sa.encapsulation == NATTraversal(type: 2, sourcePort: 0, destinationPort: 0))
        #expect(!sa.isDegraded)
    }

    @Test func anAEADRecordOfADump() throws {
        let bytes =
            hex(
                """
                02 0a 00 03  14 00 00 00  00 00 00 00  01 00 00 00 | DUMP, ESP; 20 words; seq 0: the last; our pid
                02 00 01 00  00 00 20 00  20 01 00 00  00 00 00 00 | spi 0x2000, mature, no algorithm: AEAD
                04 00 02 00  00 00 00 00  00 00 00 00  00 00 00 00 | current
                09 1a 23 69  00 00 00 00  00 00 00 00  00 00 00 00
                05 00 05 00  00 80 00 00  0a 00 00 00  00 00 00 00 | source 2001:db8::1/128
                20 01 0d b8  00 00 00 00  00 00 00 00  00 00 00 01
                00 00 00 00  00 00 00 00                           |   scope 0, padding
                05 00 06 00  00 80 00 00  0a 00 00 00  00 00 00 00 | destination 2001:db8::2/128
                20 01 0d b8  00 00 00 00  00 00 00 00  00 00 00 02
                00 00 00 00  00 00 00 00
                """) + hex("02 00 13 00  01 00 00 00  00 00 00 00  00 00 00 00")
        var datagram = bytes
        datagram.setWordCount(bytes.count / 8)
        var codec = PFKeyCodec(processID: 1)
        var buffer: [UInt8] = []
        try codec.encode(.dump(nil), id: RequestID(rawValue: 77), into: &buffer)
        let event = codec.decode(bytes)
        let sa = try #require(event.content.record?.sa)
        #expect(event.content.record?.isLast == true)
        #expect(event.origin.request == RequestID(rawValue: 77))
        #expect(sa.isDegraded)
        #expect(sa.encryption == .none)
        #expect(sa.encryptionKey == nil)
        #expect(sa.identity.destination.description == "2001:db8::2")
        #expect(sa.limits.isNone)
    }

    @Test func anSPDADDBroadcast() throws {
        let bytes = hex(
            """
            02 0e 00 00  1e 00 02 00  00 00 00 00  00 00 00 00 | SPDADD, 30 words, reference count 2, by ip(8)
            03 00 05 00  06 10 00 00  02 00 00 50  0a 01 00 00 | source 10.1.0.0/16, tcp, port 80
            00 00 00 00  00 00 00 00
            03 00 06 00  06 18 00 00  02 00 00 00  0a 02 03 00 | destination 10.2.3.0/24, any port
            00 00 00 00  00 00 00 00
            04 00 03 00  00 00 00 00  00 00 00 00  00 00 00 00 | hard
            58 02 00 00  00 00 00 00  00 00 00 00  00 00 00 00 |   600 s
            04 00 04 00  00 00 00 00  00 00 00 00  00 00 00 00 | soft
            00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00
            04 00 02 00  00 00 00 00  00 00 00 00  00 00 00 00 | current
            09 1a 23 69  00 00 00 00  00 00 00 00  00 00 00 00
            0a 00 12 00  02 00 02 00  51 00 00 00  f6 ff ff 7f | policy: ipsec, out, id 81, priority 0x7ffffff6
            30 00 32 00  02 03 00 00  07 00 00 00  00 00 00 00 | 48 bytes: esp, tunnel, unique, reqid 7
            02 00 00 00  c0 00 02 01  00 00 00 00  00 00 00 00 |   from 192.0.2.1
            02 00 00 00  c0 00 02 02  00 00 00 00  00 00 00 00 |   to 192.0.2.2
            10 00 33 00  01 02 00 00  00 00 00 00  00 00 00 00 | 16 bytes: ah, transport, require
            """)
        var codec = PFKeyCodec(processID: 1)
        let policy = try #require(codec.decode(bytes).content.policy?.policy)
        #expect(policy.identity.direction == .outbound)
        #expect(policy.identity.selector.source.description == "10.1.0.0/16")
        #expect(policy.identity.selector.destination.description == "10.2.3.0/24")
        #expect(policy.identity.selector.nextLayer == .tcp)
        #expect(policy.identity.selector.sourcePort == 80)
        #expect(policy.identity.selector.destinationPort == 0)
        #expect(policy.index == PolicyIndex(rawValue: 81))
        #expect(policy.priority == 0x7fff_fff6)
        #expect(policy.referenceCount == 2)
        #expect(policy.limits == LifetimeLimits(soft: .zero, hard: Lifetime(addTime: 600)))
        let ends = Transform.Endpoints(
            source: PFKeySamples.ipv4.source, destination: PFKeySamples.ipv4.destination)
        #expect(
            policy.action
                == .protect([
                    Transform(
                        nextLayer: .esp, mode: .tunnel, endpoints: ends, level: .unique(ReqID(rawValue: 7))),
                    Transform(nextLayer: .ah, mode: .transport, endpoints: nil, level: .require),
                ]))
    }

    @Test func aRegisterAnswer() throws {
        let bytes = hex(
            """
            02 07 00 03  09 00 00 00  01 00 00 00  01 00 00 00 | REGISTER, ESP
            04 00 0e 00  00 00 00 00                           | authentication:
            fb 00 00 00  00 00 00 00                           |   null
            03 00 a0 00  a0 00 00 00                           |   hmac-sha1, 160 bits
            05 00 00 01  00 01 00 00                           |   hmac-sha256, 256 bits
            03 00 0f 00  00 00 00 00                           | encryption:
            0b 00 00 00  00 00 00 00                           |   null
            0c 08 80 00  00 01 00 00                           |   aes-cbc, 128 to 256 bits
            """)
        var codec = PFKeyCodec(processID: 1)
        var buffer: [UInt8] = []
        try codec.encode(.subscribe, id: RequestID(rawValue: 1), into: &buffer)
        let event = codec.decode(bytes)
        #expect(event.content.isSubscription)
        #expect(event.origin.request == RequestID(rawValue: 1))
        let message = try PFKeyMessage(bytes)
        let integrity = try #require(message.supportedIntegrity).map { IntegrityAlgorithm(rawValue: UInt16($0.number)) }
        let encryption = try #require(message.supportedEncryption).map {
            EncryptionAlgorithm(rawValue: UInt16($0.number))
        }
        #expect(integrity.map(\.row?.name) == ["null", "hmac-sha1", "hmac-sha256"])
        #expect(encryption.map(\.row?.name) == ["null", "aes-cbc"])
    }

    @Test(arguments: [(type: UInt8(4), state: UInt8(2), Hardness.soft), (type: 3, state: 3, .hard)])
    func anExpire(limit: UInt8, state: UInt8, hardness: Hardness) throws {
        var bytes =
            hex(
                """
                    02 08 00 03  14 00 00 00  00 00 00 00  00 00 00 00 | EXPIRE, ESP, 20 words, by the kernel itself
                    02 00 01 00  00 00 10 01  04 02 03 0c  00 00 00 00 | SA, dying
                    04 00 04 00  00 00 00 00  00 00 00 00  00 00 00 00 | the limit that has passed
                    f0 0a 00 00  00 00 00 00  00 00 00 00  00 00 00 00
                    04 00 02 00  03 00 00 00  c0 00 00 00  00 00 00 00 | current
                    09 1a 23 69  00 00 00 00  0b 1a 23 69  00 00 00 00
                    03 00 05 00  00 20 00 00  02 00 00 00  c0 00 02 01
                    00 00 00 00  00 00 00 00
                    03 00 06 00  00 20 00 00  02 00 00 00  c0 00 02 02
                    00 00 00 00  00 00 00 00
                    02 00 13 00  02 00 00 00  00 00 00 00  07 00 00 00
                """)
        bytes[25] = state
        bytes[34] = limit
        var codec = PFKeyCodec(processID: 1)
        let (sa, told) = try #require(codec.decode(bytes).content.expiry)
        #expect(told == hardness)
        #expect(sa.state.rawValue == state)
        #expect(sa.integrityKey == nil)
        #expect(sa.current.bytes == 192)
    }

    @Test func anAcquire() throws {
        let bytes = hex(
            """
            02 06 00 03  0b 00 00 00  09 00 00 00  00 00 00 00 | ACQUIRE, ESP, the kernel's own seq
            03 00 05 00  00 20 00 00  02 00 00 00  c0 00 02 01
            00 00 00 00  00 00 00 00
            03 00 06 00  00 20 00 00  02 00 00 00  c0 00 02 02
            00 00 00 00  00 00 00 00
            02 00 12 00  02 00 02 00  51 00 00 00  00 00 00 80 | policy: ipsec, out, id 81
            01 00 0d 00  20 00 00 00                           | proposal: replay 32, no combinations
            """)
        var codec = PFKeyCodec(processID: 0)
        let event = codec.decode(bytes)
        let acquire = try #require(event.content.acquire)
        #expect(event.origin.request == nil)
        #expect(
            acquire
                == Acquire(
                    source: PFKeySamples.ipv4.source, destination: PFKeySamples.ipv4.destination, ipsecProtocol: .esp,
                    policy: PolicyIndex(rawValue: 81)))
    }

    @Test func anAddRequestIsLaidOutToTheByte() throws {
        var codec = PFKeyCodec(processID: 0x5eed)
        var buffer: [UInt8] = []
        try codec.encode(.add(PFKeySamples.espSA()), id: RequestID(rawValue: 42), into: &buffer)
        #expect(
            buffer
                == hex(
                    """
                    02 03 00 03  1b 00 00 00  2a 00 00 00  ed 5e 00 00
                    02 00 01 00  00 00 10 01  04 01 03 0c  00 00 00 00
                    04 00 03 00  00 00 00 00  00 00 00 00  00 00 00 00 | hard
                    10 0e 00 00  00 00 00 00  00 00 00 00  00 00 00 00
                    04 00 04 00  00 00 00 00  00 00 00 00  00 00 00 00 | soft
                    f0 0a 00 00  00 00 00 00  00 00 00 00  00 00 00 00
                    03 00 05 00  ff 20 00 00  02 00 00 00  c0 00 02 01
                    00 00 00 00  00 00 00 00
                    03 00 06 00  ff 20 00 00  02 00 00 00  c0 00 02 02
                    00 00 00 00  00 00 00 00
                    04 00 08 00  a0 00 00 00  a0 a1 a2 a3  a4 a5 a6 a7
                    a8 a9 aa ab  ac ad ae af  b0 b1 b2 b3  00 00 00 00
                    03 00 09 00  80 00 00 00  a0 a1 a2 a3  a4 a5 a6 a7
                    a8 a9 aa ab  ac ad ae af
                    02 00 13 00  02 00 00 00  00 00 00 00  07 00 00 00
                    """))
    }
}
