internal import IPsec
internal import TextBytes

/// The name of an algorithm as it travels: 64 bytes, the rest of them zero.
struct XFRMAlgorithmName: Hashable, Sendable {
    private let words: SIMD8<UInt64>

    /// - Parameter name: fewer than 64 ASCII characters, as in ``Algorithm/xfrmName``.
    init(_ name: String) {
        var words = SIMD8<UInt64>(repeating: 0)
        for (index, byte) in name.utf8.prefix(63).enumerated() {
            words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
        }
        self.words = words
    }

    /// What stands behind the first zero is no part of it: the kernel keeps what a longer name has left there.
    init(from reader: inout WireReader) throws(WireError) {
        var words = try reader.read(SIMD8<UInt64>.self)
        var hasEnded = false
        for index in words.indices {
            let zeros = ByteWord(bits: words[index]).mask(of: 0)
            if hasEnded {
                words[index] = 0
            } else if zeros != 0 {
                words[index] &= 1 << UInt64(zeros.trailingZeroBitCount & ~7) - 1
                hasEnded = true
            }
        }
        self.words = words
    }

    func write(to writer: inout WireWriter) { writer.append(words) }

    /// Those of the table's rows, by their positions.
    static let ofRows = Algorithm.table.map { XFRMAlgorithmName($0.xfrmName) }
}

/// The rows of the algorithm table that the kernel knows by name.
struct XFRMAlgorithms: Sendable {
    static let encryption = XFRMAlgorithms(of: .encryption)
    static let combined = XFRMAlgorithms(of: .combined)
    static let integrity = XFRMAlgorithms(of: .integrity)
    static let compression = XFRMAlgorithms(of: .compression)

    private let rows: [(name: XFRMAlgorithmName, number: UInt16, icvBits: UInt32)]

    private init(of kind: Algorithm.Kind) {
        rows = Algorithm.table.filter { $0.kind == kind && !$0.xfrmName.isEmpty }
            .map { (XFRMAlgorithmName($0.xfrmName), $0.number, UInt32($0.icvBits)) }
    }

    /// The number of the algorithm of this name, and of this length of the ICV where that tells algorithms apart; 0 if
    /// the table has none.
    func number(_ name: XFRMAlgorithmName, icvBits: UInt32? = nil) -> UInt16 {
        for (candidate, number, bits) in rows where candidate == name {
            if icvBits == nil || bits == icvBits { return number }
        }
        return 0
    }
}

extension SecurityAssociation {
    /// Appends how it encrypts, authenticates and compresses, with its keys.
    ///
    /// - Throws: for an algorithm that has no name here, and a key that is too long for its length field.
    func writeAlgorithms(to writer: inout WireWriter) throws(WireError) {
        let keys = keyBytes
        if compression != .none {
            try Self.write(compression.row, nil, .algorithmCompression, nil, to: &writer)
        }
        if integrity != .none {
            let row = integrity.row
            let icvBits = hasOptions ? options.icvBits ?? row?.icvBits : row?.icvBits
            try Self.write(row, keys.integrity, .algorithmAuthenticationTruncated, icvBits, to: &writer)
        }
        guard encryption != .none else { return }
        let row = encryption.row
        if row?.kind == .combined {
            try Self.write(row, keys.encryption, .algorithmCombined, row?.icvBits, to: &writer)
        } else {
            try Self.write(row, keys.encryption, .algorithmEncryption, nil, to: &writer)
        }
    }

    /// Appends `xfrm_algo`, or with the bits of an ICV `xfrm_algo_auth` or `xfrm_algo_aead`.
    private static func write(
        _ row: Algorithm?, _ key: Span<UInt8>?, _ type: XFRMAttributeType, _ icvBits: UInt16?,
        to writer: inout WireWriter
    ) throws(WireError) {
        guard let row, !row.xfrmName.isEmpty else {
            throw WireError(.value(field: "an algorithm", UInt32(row?.number ?? 0)), at: 0)
        }
        try writer.appendAttribute(type) { writer throws(WireError) in
            XFRMAlgorithmName.ofRows[Int(row.position)].write(to: &writer)
            writer.append(UInt32(truncatingIfNeeded: 8 * (key?.count ?? 0)))
            if let icvBits { writer.append(UInt32(icvBits)) }
            if let key { writer.append(key) }
        }
    }
}

/// The algorithm of one attribute, while an SA is being read.
struct XFRMAlgorithm {
    /// What it is called.
    let name: XFRMAlgorithmName
    /// The key's length.
    let keyBits: UInt32
    /// Of the ICV, where the attribute tells it.
    let icvBits: UInt32
    /// Where the key lies in the message.
    private let key: Range<Int>

    init(from reader: inout WireReader, withICV: Bool) throws(WireError) {
        let start = reader.offset
        name = try XFRMAlgorithmName(from: &reader)
        keyBits = try reader.read(UInt32.self)
        icvBits = withICV ? try reader.read(UInt32.self) : 0
        let byteCount = (UInt64(keyBits) + 7) / 8
        guard byteCount <= reader.remaining else { throw WireError(.xfrmKeyBits(keyBits), at: start) }
        key = reader.offset..<(reader.offset + Int(byteCount))
    }

    /// The bytes of a key where they lie; `nil` where there is none.
    @_lifetime(copy message)
    static func key(of algorithm: XFRMAlgorithm?, in message: Span<UInt8>) -> Span<UInt8>? {
        guard let algorithm, algorithm.keyBits > 0 else { return nil }
        return message.extracting(algorithm.key)
    }
}
