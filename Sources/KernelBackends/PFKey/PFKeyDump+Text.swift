internal import TextBytes

// A label and a value at once: what the lines of a message are made of.

extension [UInt8] {
    mutating func append(_ label: StaticString, decimal value: some BinaryInteger) {
        append(label)
        append(decimal: value)
    }

    mutating func append(
        _ label: StaticString, hexadecimal value: some FixedWidthInteger & UnsignedInteger, width: Int
    ) {
        append(label)
        append(hexadecimal: value, width: width)
    }

    /// Printable ASCII stands for itself, all else, and the quotes, for `.`; the NULs of the padding are left off.
    mutating func append(_ label: StaticString, quoted bytes: [UInt8]) {
        append(label)
        append("\"")
        for byte in bytes[..<(bytes.firstIndex(of: 0) ?? bytes.endIndex)] {
            append((32...126).contains(byte) && byte != 34 ? byte : 46)
        }
        append("\"")
    }

    /// Groups of four bytes, each behind a blank, and rows of 32.
    mutating func append(hexadecimalRowsOf byteCount: Int, from reader: inout WireReader) throws(WireError) {
        for index in 0..<byteCount {
            if index > 0, index % 32 == 0 { append("\n") }
            if index % 4 == 0 { append(" ") }
            append(hexadecimal: try reader.read(UInt8.self), width: 2)
        }
    }

    /// Appends the next `byteCount` bytes as they are.
    mutating func append(from reader: inout WireReader, byteCount: Int) throws(WireError) {
        for _ in 0..<byteCount { append(try reader.read(UInt8.self)) }
    }
}
