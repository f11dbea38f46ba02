import IPsec
import KernelBackends
import TestSupport
import Testing

@Suite struct PFKeyDumpTests {
    private func text(_ bytes: [UInt8], showsKeys: Bool = false) -> String {
        var text: [UInt8] = []
        PFKeyDump(showsKeys: showsKeys).append(bytes.span, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    @Test func anAddReadsAsSetkeyPrintsIt() throws {
        let message = try PFKeyMessage(
            .add(PFKeySamples.espSA()), id: RequestID(rawValue: 1), processID: 265)
        #expect(
            text(try message.bytes(), showsKeys: true) == """
                sadb_msg{ version=2 type=3 errno=0 satype=3
                  len=27 reserved=0 seq=1 pid=265
                sadb_ext{ len=2 type=1 }
                sadb_sa{ spi=4097 replay=4 state=1
                  auth=3 encrypt=12 flags=0x00000000 }
                sadb_ext{ len=4 type=3 }
                sadb_lifetime{ alloc=0, bytes=0
                  addtime=3600, usetime=0 }
                sadb_ext{ len=4 type=4 }
                sadb_lifetime{ alloc=0, bytes=0
                  addtime=2800, usetime=0 }
                sadb_ext{ len=3 type=5 }
                sadb_address{ proto=255 prefixlen=32 reserved=0x0000 }
                sockaddr{ len=16 family=2 port=0
                 c0000201  }
                sadb_ext{ len=3 type=6 }
                sadb_address{ proto=255 prefixlen=32 reserved=0x0000 }
                sockaddr{ len=16 family=2 port=0
                 c0000202  }
                sadb_ext{ len=4 type=8 }
                sadb_key{ bits=160 reserved=0
                  key= a0a1a2a3 a4a5a6a7 a8a9aaab acadaeaf b0b1b2b3 }
                sadb_ext{ len=3 type=9 }
                sadb_key{ bits=128 reserved=0
                  key= a0a1a2a3 a4a5a6a7 a8a9aaab acadaeaf }
                sadb_ext{ len=2 type=19 }
                sadb_x_sa2{ mode=2 reqid=7
                  reserved1=0 reserved2=0 sequence=0 }


                """)
    }

    @Test func aPolicyReadsAsSetkeyPrintsIt() throws {
        var policy = PFKeySamples.policy(ipv6: true)
        policy.limits = .none
        policy.securityContext = nil
        let message = try PFKeyMessage(.addPolicy(policy), id: RequestID(rawValue: 1), processID: 265)
        let dump = text(try message.bytes())
        #expect(
            dump.contains(
                """
                sadb_x_policy{ type=2 dir=2 id=0 priority=2147483638 }
                 { len=72 proto=50 mode=2 level=3 reqid=7
                sockaddr{ len=28 family=10 port=500
                 20010db8 00000000 00000000 00000001  }
                sockaddr{ len=28 family=10 port=4500
                 20010db8 00000000 00000000 00000002  }
                 }
                 { len=16 proto=51 mode=1 level=2 reqid=0
                 }

                """))
    }

    @Test func keysAreHiddenUnlessAskedFor() throws {
        let bytes = try PFKeySamples.kernelRecord(.add).bytes()
        let hidden = text(bytes)
        #expect(hidden.contains("sadb_key{ bits=160 reserved=0\n  key= <hidden> }\n"))
        #expect(!hidden.contains("a0a1a2a3"))
        #expect(text(bytes, showsKeys: true).contains("a0a1a2a3"))
    }

    @Test func anUnknownExtensionDoesNotStopIt() throws {
        let bytes = hex(
            """
            02 03 00 03  06 00 00 00  00 00 00 00  00 00 00 00
            02 00 63 00  de ad be ef  de ad be ef  de ad be ef | extension 99
            02 00 13 00  02 00 00 00  00 00 00 00  07 00 00 00
            """)
        #expect(
            text(bytes).hasSuffix(
                """
                sadb_ext{ len=2 type=99 }
                sadb_ext{ len=2 type=19 }
                sadb_x_sa2{ mode=2 reqid=7
                  reserved1=0 reserved2=0 sequence=0 }


                """))
    }

    @Test func aMalformedBodyIsRemarkedAndTheNextExtensionFollows() throws {
        let bytes = hex(
            """
            02 03 00 03  05 00 00 00  00 00 00 00  00 00 00 00
            01 00 08 00  ff ff 00 00                           | a key of 65,535 bits in no bytes
            02 00 13 00  02 00 00 00  00 00 00 00  07 00 00 00
            """)
        let dump = text(bytes, showsKeys: true)
        #expect(dump.contains("  malformed: byte 16: a key of 65535 bits does not fit its extension\n"))
        #expect(dump.contains("sadb_x_sa2{ mode=2 reqid=7"))
    }

    @Test func everySampleIsPrintedWithoutARemark() throws {
        for message in try PFKeySamples.all() {
            #expect(!text(try message.bytes()).contains("malformed"), "type \(message.header.type.rawValue)")
        }
    }

    @Test func everyExtensionIsPrintedUnderItsName() throws {
        let dump = try PFKeySamples.all().map { text(try $0.bytes()) }.joined()
        for row in PFKeyExtension.table { #expect(dump.contains("\(row.name){"), "\(row.name)") }
    }

    @Test func fewerBytesThanAHeaderAreARemark() {
        #expect(text([2, 3]) == "  malformed: byte 0: 16 bytes wanted, 2 left\n\n")
    }

    @Test func maskingZeroesKeysAndNothingElse() throws {
        for message in try PFKeySamples.all() where message.header.type != .promiscuous {
            let bytes = try message.bytes()
            let masked = PFKeyDump.maskingKeys(in: bytes.span)
            var expected = message
            expected.integrityKey = try zeroed(message.integrityKey)
            expected.encryptionKey = try zeroed(message.encryptionKey)
            #expect(masked == (try expected.bytes()))
        }
    }

    private func zeroed(_ key: PFKeyKey?) throws -> PFKeyKey? {
        guard let key, let material = key.material else { return key }
        return try PFKeyKey(KeyMaterial([UInt8](repeating: 0, count: material.byteCount)))
    }

    @Test func behindAMalformedExtensionEverythingIsMasked() throws {
        let bytes = try PFKeySamples.kernelRecord(.add).bytes()
        var broken = bytes
        broken[16] = 0xff
        broken[17] = 0xff
        let masked = PFKeyDump.maskingKeys(in: broken.span)
        #expect(masked == Array(bytes[..<16]) + [UInt8](repeating: 0, count: bytes.count - 16))
    }

    @Test func whatAPromiscuousMessageWrapsIsMasked() throws {
        var bytes = try PFKeySamples.kernelRecord(.add).bytes()
        bytes[1] = 11
        #expect(PFKeyDump.maskingKeys(in: bytes.span).dropFirst(16).allSatisfy { $0 == 0 })
    }
}
