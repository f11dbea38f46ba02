import TextBytes

// Addresses as text: dotted decimal, and RFC 4291 section 2.2 in, RFC 5952 out.

extension IPAddress: CustomStringConvertible {
    /// Reads a numeric address; nothing else is an address (no name, no scope, no octal or hexadecimal octets).
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        self.init(parsing: bytes.span)
    }

    /// Reads a numeric address from its bytes, all of them.
    package init?(parsing bytes: ArraySlice<UInt8>) {
        self.init(parsing: bytes.span)
    }

    /// Reads a numeric address from its bytes, all of them.
    package init?(parsing bytes: Span<UInt8>) {
        var reader = AddressReader(bytes)
        guard let address = reader.isIPv6 ? reader.readIPv6() : reader.readIPv4(), reader.isAtEnd else { return nil }
        self = address
    }

    /// The canonical text: dotted decimal, or RFC 5952.
    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The most bytes that an address has as text: `::ffff:` and four numbers, or eight groups.
    package static var maximumTextByteCount: Int { 39 }

    /// Appends the canonical text to `output`, without an intermediate string.
    package func append(to output: inout [UInt8]) {
        output.append(addingCapacity: Self.maximumTextByteCount) { append(to: &$0) }
    }

    /// The same to an output that has room for ``maximumTextByteCount`` bytes.
    package func append(to output: inout OutputSpan<UInt8>) {
        switch family {
        case .ipv4: appendDotted(ipv4Bits, to: &output)
        case .ipv6: appendGroups(to: &output)
        }
    }

    private func appendDotted(_ bits: UInt32, to output: inout OutputSpan<UInt8>) {
        let octets = Octet.all
        let (first, second) = (octets[Int(bits >> 24)], octets[Int(bits >> 16 & 0xff)])
        let (third, fourth) = (octets[Int(bits >> 8 & 0xff)], octets[Int(bits & 0xff)])
        output.append(Int((first.bitCount &+ second.bitCount) / 8), of: first.word(with: second))
        output.append(Int((third.bitCount &+ fourth.bitCount) / 8 &- 1), of: third.word(with: fourth))
    }

    /// RFC 5952 section 4: lower case, no leading zeros, the longest run of two or more zero groups as `::`, the
    /// first of equal runs; section 5: an IPv4-mapped address in mixed notation.
    private func appendGroups(to output: inout OutputSpan<UInt8>) {
        let run = longestZeroRun
        if high == 0, low >> 32 == 0xffff {
            output.append("::ffff:")
            return appendDotted(ipv4Bits, to: &output)
        }
        var index = 0
        while index < 8 {
            if index == run.lowerBound, !run.isEmpty {
                output.append("::")
                index = run.upperBound
                continue
            }
            if index > 0, index != run.upperBound || run.isEmpty { output.append(UInt8(ascii: ":")) }
            output.append(hexadecimal: UInt32(group(index)))
            index += 1
        }
    }

    private var longestZeroRun: Range<Int> {
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, group(end) == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = end + 1
        }
        return best
    }
}

/// A number of an IPv4 address and the dot behind it.
private struct Octet {
    /// The first character is the lowest byte.
    let text: UInt32
    /// Of the text.
    let bitCount: UInt32

    /// By number.
    static let all = (0...UInt8.max).map { number in
        let text = Array("\(number).".utf8)
        return Octet(text: text.reversed().reduce(0) { $0 << 8 | UInt32($1) }, bitCount: UInt32(8 * text.count))
    }

    /// The text of both.
    func word(with next: Octet) -> UInt64 { UInt64(text) | UInt64(next.text) &<< UInt64(bitCount) }
}

/// A cursor over the bytes of one address.
private struct AddressReader: ~Escapable {
    let bytes: Span<UInt8>
    var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Whether a colon stands where the first group of an IPv6 address ends at the latest.
    var isIPv6: Bool {
        if bytes.count >= ByteWord.byteCount {
            let firstFive: UInt64 = 0xff_ffff_ffff
            return ByteWord(bytes, at: 0).mask(of: UInt8(ascii: ":")) & firstFive != 0
        }
        for index in 0..<min(bytes.count, 5) where bytes[index] == UInt8(ascii: ":") { return true }
        return false
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// Four decimal numbers of at most 255 with dots between them.
    mutating func readIPv4() -> IPAddress? {
        var bits: UInt32 = 0
        for index in 0..<4 {
            guard index == 0 || skip(UInt8(ascii: ".")), let first = digit else { return nil }
            var octet = first
            position += 1
            while let next = digit {
                // A leading zero is no decimal number to older tools, which read it as octal.
                guard octet > 0 else { return nil }
                octet = octet &* 10 &+ next
                guard octet <= 255 else { return nil }
                position += 1
            }
            bits = bits << 8 | octet
        }
        return IPAddress(ipv4: bits)
    }

    /// The decimal digit that comes next.
    @inline(__always)
    private var digit: UInt32? {
        guard position < bytes.count else { return nil }
        let value = bytes[position] &- 48
        return value < 10 ? UInt32(value) : nil
    }

    mutating func readIPv6() -> IPAddress? {
        var words = (before: UInt128(0), beforeCount: 0, after: UInt128(0), afterCount: 0)
        var elided = false
        if skip(UInt8(ascii: ":")) {
            guard skip(UInt8(ascii: ":")) else { return nil }
            elided = true
        }
        while !isAtEnd, words.beforeCount + words.afterCount < 8 {
            guard let (value, count) = readGroup(room: 8 - words.beforeCount - words.afterCount) else { return nil }
            if elided {
                words.after = words.after << UInt128(16 * count) | UInt128(value)
                words.afterCount += count
            } else {
                words.before = words.before << UInt128(16 * count) | UInt128(value)
                words.beforeCount += count
            }
            guard !isAtEnd else { break }
            guard count == 1, skip(UInt8(ascii: ":")) else { return nil }
            if skip(UInt8(ascii: ":")) {
                guard !elided else { return nil }
                elided = true
            } else if isAtEnd {
                return nil
            }
        }
        let total = words.beforeCount + words.afterCount
        guard elided ? total < 8 : total == 8 else { return nil }
        let head = words.beforeCount == 0 ? 0 : words.before << UInt128(16 * (8 - words.beforeCount))
        let bits = head | words.after
        return IPAddress(ipv6: UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
    }

    /// One hexadecimal group, or the dotted decimal tail, which fills two.
    private mutating func readGroup(room: Int) -> (UInt32, Int)? {
        let start = position
        var value: UInt32 = 0
        while position < bytes.count, position - start < 5, let digit = bytes[position].hexadecimalDigitValue {
            value = value << 4 | UInt32(digit)
            position += 1
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: "."), room >= 2 {
            position = start
            guard let address = readIPv4() else { return nil }
            return (address.ipv4Bits, 2)
        }
        guard (1...4).contains(position - start) else { return nil }
        return (value, 1)
    }
}
