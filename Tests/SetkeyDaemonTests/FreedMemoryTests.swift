import Glibc
import Testing

/// What the program's own `free` (CPrivateMemory) leaves for later allocations to do, as glibc tells it.
struct FreedMemoryTests {
    private typealias MallocInfo = @convention(c) (CInt, UnsafeMutablePointer<FILE>) -> CInt
    private struct NoInformation: Error {}

    /// How many freed pieces lie about unsorted, in all heaps.
    private static func unsortedCount() throws -> Int {
        // Of <malloc.h>, which Swift's module of glibc does not have.
        guard let symbol = unsafe dlsym(nil, "malloc_info"), let file = unsafe tmpfile() else { throw NoInformation() }
        let mallocInfo = unsafe unsafeBitCast(symbol, to: MallocInfo.self)
        guard unsafe mallocInfo(0, file) == 0 else { throw NoInformation() }
        unsafe rewind(file)
        var text = [UInt8](repeating: 0, count: 1 << 20)
        let size = unsafe fread(&text, 1, text.count, file)
        unsafe fclose(file)
        let lines = String(decoding: text[..<size], as: UTF8.self).split(separator: "\n")
        return try lines.filter { $0.contains("<unsorted") }.reduce(0) { sum, line in
            let count = line.split(separator: "count=\"").last?.prefix { $0 != "\"" }
            return sum + (try #require(count.flatMap { Int($0) }))
        }
    }

    @Test func whatIsFreedIsSortedBitByBit() throws {
        let count = 300_000
        var pieces: [[UInt8]] = []
        // Free neighbours would become one.
        var between: [[UInt8]] = []
        for _ in 0..<count {
            pieces.append([UInt8](repeating: 1, count: 400))
            between.append([1])
        }
        #expect(pieces.count == count)
        pieces = []
        // An allocation sorts 10,000: without that, hundreds of thousands would wait for the next ones.
        #expect(try Self.unsortedCount() < count / 10)
        #expect(between.count == count)
    }
}
