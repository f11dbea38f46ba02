import TestSupport
import Testing
import TextBytes

@testable import ControlProtocol

@Suite struct FrameReaderTests {
    @Test func framesComeOutAsTheyWentInHoweverTheyAreCut() throws {
        let frames = try Samples.frames()
        let stream = frames.flatMap { $0 }
        for seed: UInt64 in [1, 2, 3] {
            var random = SplitMix(seed: seed)
            var reader = FrameReader(maximumFrame: 1 << 20)
            var taken: [[UInt8]] = []
            var index = 0
            while index < stream.count {
                let length = min(Int.random(in: 1...700, using: &random), stream.count - index)
                reader.append(stream[index..<(index + length)])
                index += length
                while let frame = try reader.next() { taken.append(frame + [0]) }
            }
            #expect(taken == frames, "seed \(seed)")
            #expect(reader.bufferedCount == 0)
        }
    }

    @Test func framesLongAndShortAreReadAsTheyCome() throws {
        for seed: UInt64 in [4, 5, 6] {
            var random = SplitMix(seed: seed)
            let frames: [[UInt8]] = (0..<40).map { _ in
                let byte = UInt8.random(in: 1...255, using: &random)
                return Array(repeating: byte, count: .random(in: 0...300_000, using: &random))
            }
            let stream: [UInt8] = frames.flatMap { $0 + [0] }
            var reader = FrameReader(maximumFrame: 300_000)
            var taken: [[UInt8]] = []
            var index = 0
            while index < stream.count {
                let length = min(Int.random(in: 1...200_000, using: &random), stream.count - index)
                let count = reader.append { output -> Int? in
                    let end = index + min(length, output.freeCapacity)
                    output.append(contentsOf: stream.span.extracting(index..<end))
                    return end - index
                }
                index += try #require(count)
                while let frame = try reader.next() { taken.append(frame) }
            }
            #expect(taken == frames, "seed \(seed)")
            #expect(reader.bufferedCount == 0)
        }
    }

    @Test func oneByteAtATimeIsEnough() throws {
        var reader = FrameReader(maximumFrame: 10)
        for byte in "{}".utf8 {
            reader.append([byte])
            #expect(try reader.next() == nil)
        }
        reader.append([0])
        #expect(try reader.next() == Array("{}".utf8))
        #expect(try reader.next() == nil)
    }

    @Test func emptyFramesAreFramesToo() throws {
        var reader = FrameReader(maximumFrame: 10)
        reader.append([0, 0])
        #expect(try reader.next() == [])
        #expect(try reader.next() == [])
        #expect(try reader.next() == nil)
    }

    @Test func theLimitIsExact() throws {
        var reader = FrameReader(maximumFrame: 4)
        reader.append([1, 1, 1, 1, 0])
        #expect(try reader.next() == [1, 1, 1, 1])
        reader.append([1, 1, 1, 1])
        #expect(try reader.next() == nil)
        #expect(!reader.isFull)
        reader.append([1])
        #expect(reader.isFull)
        #expect(throws: FrameError.oversize(limit: 4)) { try reader.next() }
    }

    @Test func aLongFrameIsRefusedEvenWithItsEnd() {
        var reader = FrameReader(maximumFrame: 4)
        reader.append([1, 1, 1, 1, 1, 0])
        #expect(throws: FrameError.oversize(limit: 4)) { try reader.next() }
    }
}
