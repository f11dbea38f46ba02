import KernelBackends
import Testing

/// Bytes written as text: two hexadecimal digits each, blanks for reading, `|` and what follows it for remarks.
func hex(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for line in text.split(separator: "\n") {
        let digits = line.prefix { $0 != "|" }.filter { $0 != " " }.utf8.map { $0 }
        for index in stride(from: 0, to: digits.count - 1, by: 2) {
            let pair = String(decoding: digits[index...index + 1], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16) else { preconditionFailure("not hexadecimal: \(pair)") }
            bytes.append(byte)
        }
    }
    return bytes
}

@Suite struct WireReaderTests {
    @Test func readsIntegersInBothOrders() throws {
        let bytes = hex("01 02 03 04 05 06")
        var reader = WireReader(bytes.span)
        #expect(try reader.read(UInt16.self) == UInt16(littleEndian: 0x0201))
        #expect(try reader.readBigEndian(UInt32.self) == 0x0304_0506)
        #expect(reader.remaining == 0)
    }

    @Test func refusesToReadBeyondTheEndAndSaysWhere() throws {
        let bytes: [UInt8] = [1, 2, 3]
        var reader = WireReader(bytes.span)
        _ = try reader.read(UInt16.self)
        do throws(WireError) {
            _ = try reader.read(UInt32.self)
            Issue.record("read four bytes of one")
        } catch {
            #expect(error == WireError(.truncated(needed: 4, available: 1), at: 2))
        }
        #expect(reader.remaining == 1)
    }

    @Test func aSliceSeesOnlyItsOwnBytesAndKeepsTheOffsetsOfTheMessage() throws {
        let bytes: [UInt8] = Array(0..<16)
        var reader = WireReader(bytes.span)
        try reader.skip(4)
        var child = try reader.slice(byteCount: 4)
        #expect(reader.offset == 8)
        #expect(child.offset == 4)
        #expect(try child.readBytes(4) == [4, 5, 6, 7])
        #expect(child.remaining == 0)
        #expect((try? child.read(UInt8.self)) == nil)
    }

    @Test(arguments: [-1, Int.min, 5, Int.max])
    func refusesLengthsThatDoNotFit(byteCount: Int) {
        let bytes: [UInt8] = [1, 2, 3, 4]
        var reader = WireReader(bytes.span)
        #expect((try? reader.skip(byteCount)) == nil)
        #expect((try? reader.readBytes(byteCount)) == nil)
        #expect(reader.remaining == 4)
    }
}

@Suite struct WireWriterTests {
    @Test func anExtensionCountsItselfInWordsAndIsPadded() throws {
        var writer = WireWriter()
        try writer.appendExtension(UInt32(0x0009_0000)) { writer throws(WireError) in
            writer.append([1, 2, 3, 4, 5].span)
        }
        #expect(writer.bytes == hex("02 00 09 00  01 02 03 04  05 00 00 00  00 00 00 00"))
    }

    @Test func anExtensionBeyondSixteenBitsOfWordsIsRefused() {
        var writer = WireWriter()
        #expect(throws: WireError(.tooLong, at: 0)) {
            try writer.appendExtension(UInt64(0)) { writer throws(WireError) in
                writer.append([UInt8](repeating: 0, count: 8 * 65535).span)
            }
        }
    }

    @Test func usesTheMemoryOfTheBufferAgain() {
        var buffer: [UInt8] = []
        var first = WireWriter(taking: &buffer)
        first.append(UInt64(1))
        first.finish(into: &buffer)
        let memory = address(of: buffer)
        var second = WireWriter(taking: &buffer)
        #expect(buffer.isEmpty)
        second.append(UInt8(7))
        second.finish(into: &buffer)
        #expect(buffer == [7])
        #expect(address(of: buffer) == memory)
    }

    private func address(of buffer: [UInt8]) -> UInt {
        unsafe buffer.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    }

    @Test func growsBeyondItsFirstCapacity() {
        var writer = WireWriter()
        let long = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
        writer.append(long.span)
        writer.append(long.span)
        #expect(writer.bytes == long + long)
    }

    @Test func overwritingReachesNoFurtherThanAsked() {
        var bytes: [UInt8] = [1, 2, 3]
        bytes.overwriteWithZeros(first: 2)
        #expect(bytes == [0, 0, 3])
        bytes.overwriteWithZeros(first: -1)
        #expect(bytes == [0, 0, 3])
        bytes.overwriteWithZeros(first: .max)
        #expect(bytes == [0, 0, 0])
    }

    @Test func wipingOverwritesTheBytesAndKeepsTheMemory() {
        var bytes: [UInt8] = [1, 2, 3]
        let capacity = bytes.capacity
        bytes.wipe()
        #expect(bytes.isEmpty)
        #expect(bytes.capacity == capacity)
        // The memory still belongs to the array: look at what lies in it.
        let left = unsafe bytes.withUnsafeBufferPointer {
            unsafe [UInt8](UnsafeBufferPointer(start: $0.baseAddress, count: 3))
        }
        #expect(left == [0, 0, 0])
    }
}

extension WireWriter {
    /// What has been written.
    fileprivate var bytes: [UInt8] {
        var copy = self
        var bytes: [UInt8] = []
        copy.finish(into: &bytes)
        return bytes
    }
}
