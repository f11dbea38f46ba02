import IPsec
package import SetkeySyntax
import TextBytes

/// Cuts a run between its statements into parts for `Execute`.
///
/// What is sent are the sources' own bytes wherever that can be, so that nothing is printed anew and the daemon's
/// offsets are the file's. Printed anew are statements that the daemon could not read as they stand: keys that are not
/// UTF-8, `@NAME`, whose credential only the client may read, and statements longer than a part.
package struct RunPartition: Sendable {
    /// Bytes of text in a part: a few milliseconds of parsing at a time. With what JSON adds to ordinary text it is no
    /// longer than the calls of those who may run nothing (64 KiB), for them to be told so.
    package static let partSize = 48 << 10

    /// The parts so far.
    package private(set) var parts: [RunPart] = []
    private var current = RunPart()
    /// The end of the statement before, if its source's own bytes are at the end of the current part.
    private var previous: StatementOrigin?
    /// By source: whether some statement of it may have to be printed anew.
    private var suspicions: [Bool] = []

    /// Whether `@NAME` goes as it stands, for the daemon to read.
    private let sendsNames: Bool

    package init(sendsNames: Bool = false) {
        self.sendsNames = sendsNames
    }

    /// All statements of the parts so far.
    package var statementCount: Int { parts.reduce(current.statementCount) { $0 + $1.statementCount } }

    /// Takes the next statement of the run; `sources` are those read up to it.
    package mutating func add(_ loaded: LoadedStatement, sources: [SourceText]) {
        let origin = loaded.origin
        if mustBePrinted(origin, sources) {
            var text: [UInt8] = []
            loaded.statement.append(to: &text)
            makeRoom(for: text.count)
            current.append(origin, replacement: text)
            previous = nil
            return
        }
        let bytes = sources[origin.source].bytes
        if let previous, previous.source == origin.source,
            Self.isBlank(bytes, previous.range.upperBound..<origin.range.lowerBound),
            current.byteCount + origin.range.upperBound - previous.range.upperBound < Self.partSize
        {
            current.extend(to: origin.range.upperBound)
        } else {
            makeRoom(for: origin.range.count)
            current.append(origin)
        }
        previous = origin
    }

    /// Ends the last part.
    package mutating func finish() {
        guard current.statementCount > 0 else { return }
        parts.append(current)
        current = RunPart()
        previous = nil
    }

    private mutating func makeRoom(for count: Int) {
        if current.byteCount + count >= Self.partSize { finish() }
    }

    private mutating func mustBePrinted(_ origin: StatementOrigin, _ sources: [SourceText]) -> Bool {
        while suspicions.count <= origin.source {
            suspicions.append(isSuspicious(sources[suspicions.count].bytes[...]))
        }
        guard origin.range.count < Self.partSize / 2 else { return true }
        return suspicions[origin.source] && isSuspicious(sources[origin.source].bytes[origin.range])
    }

    /// Whether the bytes have an `@`, a control character, which JSON makes six times as long, or are not UTF-8.
    private func isSuspicious(_ bytes: ArraySlice<UInt8>) -> Bool {
        let span = bytes.span
        var hasHighBit = false
        var index = 0
        while index < span.count {
            if index <= span.count - ByteWord.byteCount {
                let word = ByteWord(span, at: index)
                let ordinary = ByteWord.firstIndex(
                    in: word.mask(below: 32) | word.mask(of: UInt8(ascii: "@")) | word.nonASCII)
                index += ordinary
                guard ordinary < ByteWord.byteCount else { continue }
            }
            let byte = span[index]
            index += 1
            if byte == UInt8(ascii: "@") && !sendsNames || byte < 32 && byte != 9 && byte != 10 && byte != 13 {
                return true
            }
            if byte >= 128 { hasHighBit = true }
        }
        return hasHighBit && String(validating: bytes, as: UTF8.self) == nil
    }

    /// Whether only blanks, comments and empty statements stand between two statements: no `include`.
    private static func isBlank(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count < partSize / 2 else { return false }
        var isComment = false
        for byte in bytes[range] {
            switch byte {
            case 10: isComment = false
            case _ where isComment: if byte >= 128 { return false }
            case UInt8(ascii: "#"): isComment = true
            case 9, 13, 32, UInt8(ascii: ";"): continue
            default: return false
            }
        }
        return true
    }
}
