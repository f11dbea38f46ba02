import TestSupport
import Testing

@testable import ControlProtocol

/// Frames with random damage: each is a value or a typed error, and no trap.
@Suite struct RandomFrameTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func damagedFramesAreDecodedOrRefused(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let frames = try Samples.frames().map { Array($0.dropLast()) }
        var outcomes = (values: 0, errors: 0)
        for _ in 0..<2000 {
            let frame = Self.damaged(frames[Int.random(in: 0..<frames.count, using: &random)], using: &random)
            if (try? IncomingFrame(frame: frame)) != nil { outcomes.values += 1 } else { outcomes.errors += 1 }
            // It judges less: that it finds nothing outside of the frame is what counts.
            if let reply = try? ReceivedReply(frame: frame) {
                _ = (reply.elements(of: "associations"), reply.members(without: "time"), reply.string("event"))
            }
            for method in [Method.execute, .monitor, .render] {
                do throws(FrameError) {
                    _ = try IncomingReply(frame: frame, to: method)
                    outcomes.values += 1
                } catch {
                    outcomes.errors += 1
                }
            }
        }
        // Both must happen, or the damage is not what it should be.
        #expect(outcomes.values > 100 && outcomes.errors > 100, "seed \(seed): \(outcomes)")
    }

    /// `frame` with one to three bytes changed, removed or doubled, or with a piece of it moved.
    private static func damaged(_ frame: [UInt8], using random: inout SplitMix) -> [UInt8] {
        var frame = frame
        let signs = Array("{}[]\",:\\u0n\u{7f}".utf8) + [0x1f, 0xff, 0xc3]
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard !frame.isEmpty else { break }
            let index = Int.random(in: 0..<frame.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: frame[index] = signs[Int.random(in: 0..<signs.count, using: &random)]
            case 1: frame.remove(at: index)
            case 2: frame.insert(frame[index], at: index)
            default: frame = Array(frame[index...] + frame[..<index])
            }
        }
        return frame
    }
}
