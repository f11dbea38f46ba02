import IPsec
import TestSupport
import Testing

@testable import KernelBackends

/// What an SA that takes the place of one under its name begins with.
struct XFRMReplayTests {
    private static func words(of sa: SecurityAssociation) throws -> [UInt32] {
        var writer = WireWriter()
        try XFRMReplay(of: sa).write(to: &writer)
        var bytes: [UInt8] = []
        writer.finish(into: &bytes)
        return stride(from: 4, to: bytes.count, by: 4).map { word in
            (0..<4).reduce(0) { $0 | UInt32(bytes[word + $1]) << (8 * UInt32($1)) }
        }
    }

    /// Bitmap words, `oseq`, `seq`, `oseq_hi`, `seq_hi`, window, bitmap.
    @Test func whatHadBeenReceivedIsNotTakenAgain() throws {
        var sa = PFKeySamples.espSA()
        sa.flags.insert(.extendedSequence)
        sa.replayWindow = ReplayWindow(rawValue: 64)
        #expect(try Self.words(of: sa) == [2, 0, 0, 0, 0, 64, 0, 0])
        sa.numbers.sent = 1 << 32 | 5
        sa.numbers.received = 2 << 32 | 7
        #expect(try Self.words(of: sa) == [2, 5, 7, 1, 2, 64, .max, .max])
    }
}
