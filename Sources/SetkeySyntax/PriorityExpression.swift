import TextBytes

/// The priority of a policy as the language writes it: an offset to one of three bases.
struct PriorityExpression: Equatable {
    enum Base: UInt32, CaseIterable {
        case high = 0x4000_0000
        case def = 0x8000_0000
        case low = 0xc000_0000

        var word: StaticString {
            switch self {
            case .high: "high"
            case .def: "def"
            case .low: "low"
            }
        }
    }

    let base: Base
    /// Positive is more important: the kernel's number is the base less this.
    let offset: Int64

    /// The base nearest to a priority of the kernel.
    init(nearest priority: UInt32) {
        base = priority < 0x6000_0000 ? .high : priority < 0xa000_0000 ? .def : .low
        offset = Int64(base.rawValue) - Int64(priority)
    }

    /// Reads the expression without its blanks; `nil` where it is none, or leaves its range.
    init?(_ text: [UInt8]) {
        let word = text.prefix { $0 >= 97 && $0 <= 122 }
        let named = Base.allCases.first { "\($0.word)".utf8.elementsEqual(word) }
        guard word.isEmpty || named != nil else { return nil }
        var rest = text[word.endIndex...]
        guard named == nil || rest.isEmpty || rest.first == 43 || rest.first == 45 else { return nil }
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard !rest.isEmpty || named != nil && rest.startIndex == word.endIndex else { return nil }
        var magnitude: Int64 = 0
        for byte in rest {
            guard byte &- 48 < 10, magnitude <= 0xffff_ffff else { return nil }
            magnitude = magnitude * 10 + Int64(byte - 48)
        }
        base = named ?? .def
        offset = isNegative ? -magnitude : magnitude
        guard named == nil || (-0x3fff_ffff...0x4000_0000).contains(offset) else { return nil }
    }

    /// The kernel's number, the lowest of which wins; `nil` where it leaves 32 bits.
    var priority: UInt32? { UInt32(exactly: Int64(base.rawValue) - offset) }

    /// The most bytes that ``append(to:)`` appends.
    static var maximumTextByteCount: Int { 32 }

    /// `prio def + 10`; the offset is left out where it is 0.
    ///
    /// The output must have room for ``maximumTextByteCount`` bytes.
    func append(to output: inout OutputSpan<UInt8>) {
        output.append("prio ")
        output.append(base.word)
        guard offset != 0 else { return }
        output.append(offset < 0 ? " - " : " + ")
        output.append(decimal: offset.magnitude)
    }
}
