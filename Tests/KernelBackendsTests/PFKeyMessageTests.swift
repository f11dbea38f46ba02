import IPsec
import KernelBackends
import TestSupport
import Testing

@Suite struct PFKeyMessageTests {
    @Test func everyMessageReadsBackAsItWasWritten() throws {
        for message in try PFKeySamples.all() {
            let bytes = try message.bytes()
            #expect(bytes.count % 8 == 0)
            #expect(try PFKeyMessage(bytes) == message, "type \(message.header.type.rawValue)")
        }
    }

    @Test func theSamplesHoldEveryTypeAndEveryExtension() throws {
        var types: Set<UInt8> = []
        var extensions: Set<UInt16> = []
        for message in try PFKeySamples.all() {
            types.insert(message.header.type.rawValue)
            let bytes = try message.bytes()
            var offset = 16
            while offset < bytes.count {
                extensions.insert(UInt16(bytes[offset + 2]))
                offset += Int(bytes[offset]) * 8
            }
        }
        #expect(types == Set(1...24))
        #expect(extensions == Set(1...26))
    }

    @Test func everyTruncationIsAnErrorAndNeverATrap() throws {
        for message in try PFKeySamples.all() {
            let bytes = try message.bytes()
            for count in bytes.indices {
                var cut = Array(bytes[..<count])
                #expect((try? PFKeyMessage(cut)) == nil)
                // With a header that agrees, what is left may be a message, but never the same one.
                if count >= 16, count % 8 == 0 {
                    cut.setWordCount(count / 8)
                    #expect((try? PFKeyMessage(cut)) != message)
                } else if count >= 16 {
                    cut.setWordCount((count + 7) / 8)
                    #expect((try? PFKeyMessage(cut)) == nil)
                }
            }
        }
    }

    @Test func trailingBytesAreRefused() throws {
        for message in try PFKeySamples.all() {
            var bytes = try message.bytes()
            bytes += [0]
            #expect((try? PFKeyMessage(bytes)) == nil)
            bytes += [UInt8](repeating: 0, count: 7)
            bytes.setWordCount(bytes.count / 8)
            #expect((try? PFKeyMessage(bytes)) == nil)
        }
    }

    @Test func anUnknownExtensionIsSkipped() throws {
        let message = try PFKeySamples.kernelRecord(.add)
        let foreign = hex("02 00 1b 00  de ad be ef  de ad be ef  de ad be ef")
        var bytes = try message.bytes()
        bytes.insert(contentsOf: foreign + foreign, at: 16)
        bytes.setWordCount(bytes.count / 8)
        #expect(try PFKeyMessage(bytes) == message)
    }

    @Test func anExtensionMayBeLongerThanItsStruct() throws {
        var message = PFKeySamples.message(.getSPI)
        message.spiRange = PFKeySPIRange(minimum: 256, maximum: 512)
        var bytes = try message.bytes() + [UInt8](repeating: 0, count: 8)
        bytes[16] += 1
        bytes.setWordCount(bytes.count / 8)
        #expect(try PFKeyMessage(bytes) == message)
    }

    @Test func aKeyOfOddBitsKeepsThem() throws {
        let bytes = hex(
            """
            02 03 00 03  04 00 00 00  00 00 00 00  00 00 00 00
            02 00 09 00  39 00 00 00  01 02 03 04  05 06 07 80 | 57 bits
            """)
        let message = try PFKeyMessage(bytes)
        #expect(message.encryptionKey?.bitCount == 57)
        #expect(message.encryptionKey?.material == KeyMaterial([1, 2, 3, 4, 5, 6, 7, 0x80]))
        #expect(try message.bytes() == bytes)
    }

    @Test func aBufferIsEmptyAfterAMessageThatDoesNotFit() throws {
        var message = PFKeySamples.message(.add)
        message.sourceIdentity = PFKeyIdentity(type: 1, id: 0, name: [UInt8](repeating: 1, count: 600_000))
        var buffer: [UInt8] = [1, 2, 3]
        #expect(throws: WireError.self) { try message.write(into: &buffer) }
        #expect(buffer.isEmpty)
    }

    @Test func aMessageBeyondItsOwnLengthFieldIsRefused() throws {
        var message = PFKeySamples.message(.add)
        message.sourceIdentity = PFKeyIdentity(type: 1, id: 0, name: [UInt8](repeating: 1, count: 300_000))
        message.destinationIdentity = message.sourceIdentity
        #expect(throws: WireError(.tooLong, at: 0)) { try message.bytes() }
    }
}

extension [UInt8] {
    /// Sets `sadb_msg_len`.
    mutating func setWordCount(_ words: Int) {
        self[4] = UInt8(truncatingIfNeeded: words)
        self[5] = UInt8(truncatingIfNeeded: words >> 8)
    }
}
