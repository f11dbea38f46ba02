import KernelBackends
import TestSupport
import Testing

/// Each rule of the wire, broken alone; the error names the rule and the place.
@Suite struct PFKeyRejectionTests {
    /// The error of a message whose extensions are `extensions`, behind a header that agrees.
    private func error(_ extensions: String) -> WireError? {
        var bytes = hex("02 03 00 03  00 00 00 00  01 00 00 00  02 00 00 00") + hex(extensions)
        bytes.setWordCount(bytes.count / 8)
        return error(bytes)
    }

    private func error(_ bytes: [UInt8]) -> WireError? {
        do throws(WireError) {
            _ = try PFKeyMessage(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func fewerBytesThanAHeader() {
        #expect(error([]) == WireError(.truncated(needed: 16, available: 0), at: 0))
        #expect(error([2, 3]) == WireError(.truncated(needed: 16, available: 2), at: 0))
    }

    @Test func anotherVersion() {
        #expect(error(hex("01 03 00 03  02 00 00 00  00 00 00 00  00 00 00 00")) == WireError(.version(1), at: 0))
    }

    @Test func aHeaderThatCountsMoreOrFewerBytesThanThereAre() {
        let more = hex("02 03 00 03  03 00 00 00  00 00 00 00  00 00 00 00")
        #expect(error(more) == WireError(.messageLength(stated: 24, actual: 16), at: 0))
        let fewer = hex("02 03 00 03  00 00 00 00  00 00 00 00  00 00 00 00")
        #expect(error(fewer) == WireError(.messageLength(stated: 0, actual: 16), at: 0))
    }

    @Test func anExtensionOfLengthZero() {
        #expect(error("00 00 63 00  00 00 00 00") == WireError(.extensionLength(type: 99, words: 0), at: 16))
    }

    @Test func anExtensionBeyondTheMessage() {
        #expect(error("02 00 63 00  00 00 00 00") == WireError(.extensionLength(type: 99, words: 2), at: 16))
    }

    @Test func anExtensionShorterThanItsStruct() {
        #expect(error("01 00 01 00  00 00 00 00") == WireError(.extensionLength(type: 1, words: 1), at: 16))
        for row in PFKeyExtension.table where row.minimalByteCount > 8 {
            var bytes = hex("02 03 00 03  03 00 00 00  01 00 00 00  02 00 00 00  01 00 00 00  00 00 00 00")
            bytes[18] = UInt8(row.type.rawValue)
            #expect(error(bytes) == WireError(.extensionLength(type: row.type.rawValue, words: 1), at: 16))
        }
    }

    @Test func theReservedExtension() {
        #expect(error("01 00 00 00  00 00 00 00") == WireError(.reservedExtension, at: 16))
    }

    @Test func aSecondExtensionOfOneType() {
        let sa = "02 00 01 00  00 00 10 01  00 00 00 00  00 00 00 00\n"
        #expect(error(sa + sa) == WireError(.duplicateExtension(type: 1), at: 32))
    }

    @Test func anAddressOfAnotherFamily() {
        #expect(
            error("03 00 05 00  00 20 00 00  01 00 00 00  c0 00 02 01  00 00 00 00  00 00 00 00")
                == WireError(.addressFamily(1), at: 24))
    }

    @Test func anAddressLongerThanItsFamily() {
        #expect(
            error(
                """
                04 00 05 00  00 20 00 00  02 00 00 00  c0 00 02 01  00 00 00 00  00 00 00 00
                00 00 00 00  00 00 00 00
                """) == WireError(.extensionLength(type: 5, words: 4), at: 16))
    }

    @Test func anAddressShorterThanItsFamily() {
        #expect(
            error("03 00 05 00  00 80 00 00  0a 00 00 00  00 00 00 00  20 01 0d b8  00 00 00 00")
                == WireError(.truncated(needed: 8, available: 0), at: 40))
    }

    @Test func aPrefixLongerThanTheAddress() {
        #expect(
            error("03 00 05 00  00 21 00 00  02 00 00 00  c0 00 02 01  00 00 00 00  00 00 00 00")
                == WireError(.prefixLength(33), at: 16))
    }

    @Test(arguments: ["09 00", "ff ff"])
    func moreKeyBitsThanBytes(bits: String) {
        let number: UInt16 = bits == "09 00" ? 9 : 0xffff
        #expect(error("01 00 08 00  \(bits) 00 00") == WireError(.keyBits(number), at: 16))
    }

    @Test func aPolicyRequestThatDoesNotFit() {
        let policy = "04 00 12 00  02 00 02 00  00 00 00 00  00 00 00 00\n"
        for length in ["00 00", "0f 00", "11 00", "ff ff"] {
            let request = "\(length) 32 00  01 02 00 00  00 00 00 00  00 00 00 00"
            guard case .requestLength? = error(policy + request)?.rule else {
                Issue.record("length \(length) passes")
                continue
            }
        }
    }

    @Test func aPolicyRequestOfAnUnknownLevelOrProtocol() {
        let policy = "04 00 12 00  02 00 02 00  00 00 00 00  00 00 00 00\n"
        let level = error(policy + "10 00 32 00  01 04 00 00  00 00 00 00  00 00 00 00")
        #expect(level == WireError(.value(field: "a request's level", 4), at: 32))
        let nextLayer = error(policy + "10 00 32 01  01 02 00 00  00 00 00 00  00 00 00 00")
        #expect(nextLayer == WireError(.value(field: "a request's protocol", 0x132), at: 32))
    }

    @Test func tunnelEndsOfTwoFamilies() {
        let error = error(
            """
            0a 00 12 00  02 00 02 00  00 00 00 00  00 00 00 00
            40 00 32 00  02 02 00 00  00 00 00 00  00 00 00 00 | a request of 64 bytes
            02 00 00 00  c0 00 02 01  00 00 00 00  00 00 00 00
            0a 00 00 00  00 00 00 00  20 01 0d b8  00 00 00 00  00 00 00 00  00 00 00 01  00 00 00 00
            00 00 00 00
            """)
        #expect(error == WireError(.mixedFamilies, at: 48))
    }

    @Test func aLabelLongerOrShorterThanItsExtension() {
        #expect(error("01 00 18 00  01 01 05 00") == WireError(.truncated(needed: 5, available: 0), at: 24))
        #expect(
            error("03 00 18 00  01 01 05 00  61 62 63 64  65 00 00 00  00 00 00 00  00 00 00 00")
                == WireError(.extensionLength(type: 24, words: 3), at: 16))
    }

    @Test func anErrorNamesTheExtensionAndNeverItsBytes() {
        let error = WireError(.extensionLength(type: 8, words: 1), at: 24)
        #expect(error.description == "byte 24: extension sadb_key cannot be 1 words long")
    }
}
