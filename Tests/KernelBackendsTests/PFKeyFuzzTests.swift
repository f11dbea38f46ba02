import IPsec
import KernelBackends
import TestSupport
import Testing

/// Damaged messages: nothing traps, keys stay hidden, and what can be read is read the same way twice.
@Suite struct PFKeyFuzzTests {
    private static let rounds = 60

    @Test(arguments: [1, 0x5e7_4e4, UInt64.random(in: .min ... .max)])
    func damagedMessagesNeverTrap(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        var codec = PFKeyCodec(processID: PFKeySamples.processID)
        var text: [UInt8] = []
        for message in try PFKeySamples.all() {
            let valid = try message.bytes()
            for _ in 0..<Self.rounds {
                let damaged = damage(valid, &random)
                _ = codec.decode(damaged)
                text.removeAll(keepingCapacity: true)
                PFKeyDump(showsKeys: Bool.random(using: &random)).append(damaged.span, to: &text)
                #expect(text.last == UInt8(ascii: "\n"))
                #expect(PFKeyDump.maskingKeys(in: damaged.span).count == damaged.count)
                try expectStable(damaged, seed)
            }
        }
    }

    @Test(arguments: [7, UInt64.random(in: .min ... .max)])
    func randomBytesNeverTrap(seed: UInt64) {
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        var codec = PFKeyCodec(processID: 1)
        for _ in 0..<2000 {
            var bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if bytes.count >= 16 {
                bytes[0] = 2
                bytes[1] %= 25
                bytes.setWordCount(bytes.count / 8)
            }
            _ = codec.decode(bytes)
            var text: [UInt8] = []
            PFKeyDump(showsKeys: true).append(bytes.span, to: &text)
            #expect(!text.isEmpty)
        }
    }

    /// Reading, writing and reading again gives the same message and the same bytes.
    private func expectStable(_ bytes: [UInt8], _ seed: UInt64) throws {
        guard let message = try? PFKeyMessage(bytes) else { return }
        let written = try message.bytes()
        let again = try PFKeyMessage(written)
        #expect(again == message, "seed \(seed)")
        #expect(try again.bytes() == written, "seed \(seed)")
    }

    private func damage(_ valid: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = valid
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1 where !bytes.isEmpty: bytes[place] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
            case 2: bytes.removeLast(min(bytes.count, Int.random(in: 0...16, using: &random)))
            case 3 where bytes.count >= 24:
                // Length or type of an extension, which begin at words.
                bytes[16 + 8 * Int.random(in: 0..<(bytes.count - 16) / 8, using: &random)] &+= 1
            default: bytes += (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
        }
        if bytes.count >= 16, Bool.random(using: &random) { bytes.setWordCount(bytes.count / 8) }
        return bytes
    }
}
