import IPsec

/// Texts of megabytes that differ in one line: most of the comparison is four words at a time.
extension Span<UInt8> {
    /// How many bytes two texts have in common from the first one on.
    func commonPrefixCount(_ other: Span<UInt8>) -> Int {
        let limit = Swift.min(count, other.count)
        var index = 0
        while index <= limit - 4 * ByteWord.byteCount, difference(other, at: index, index) == 0 {
            index += 4 * ByteWord.byteCount
        }
        while index < limit, self[index] == other[index] { index += 1 }
        return index
    }

    /// How many bytes two texts have in common from the last one backwards.
    func commonSuffixCount(_ other: Span<UInt8>) -> Int {
        let limit = Swift.min(count, other.count)
        var length = 0
        while length <= limit - 4 * ByteWord.byteCount {
            let next = length + 4 * ByteWord.byteCount
            guard difference(other, at: count - next, other.count - next) == 0 else { break }
            length = next
        }
        while length < limit, self[count - 1 - length] == other[other.count - 1 - length] { length += 1 }
        return length
    }

    /// Not zero where four words differ.
    @inline(__always)
    private func difference(_ other: Span<UInt8>, at start: Int, _ otherStart: Int) -> UInt64 {
        var difference: UInt64 = 0
        for word in 0..<4 {
            let offset = word * ByteWord.byteCount
            difference |= ByteWord(self, at: start + offset).bits ^ ByteWord(other, at: otherStart + offset).bits
        }
        return difference
    }
}
