import TextBytes

extension KeyMaterial {
    /// The bytes as hexadecimal digits, for somebody who may see them.
    package var hexadecimal: String {
        withBytes { bytes in
            var digits: [UInt8] = []
            digits.reserveCapacity(bytes.count * 2)
            for index in bytes.indices { digits.append(hexadecimal: bytes[index], width: 2) }
            return String(decoding: digits, as: UTF8.self)
        }
    }
}
