/// Finds what a shown line must hide: everything that is not known to be harmless where it stands.
///
/// Words of the language, addresses, numbers and punctuation are shown in the places where they belong: a number where
/// an SPI, a priority or an option's value belongs, an address where one belongs, and a word that is nearly one of the
/// language's where such a word belongs. Everything else is hidden: strings, comments, and whatever follows a place
/// where something was not what belongs there, up to the next statement. Where quotes or a malformed key may have
/// shifted what is text and what is key, only whole words of the language are shown, and what follows them in order.
struct KeyMask {
    /// What is expected where the next token stands.
    enum Place: Equatable {
        /// The word that begins a statement.
        case statement
        /// Addresses, protocol and SPI of a statement about SAs.
        case operands(Operands)
        /// Addresses, ports and protocol of a policy.
        case selectors
        /// Options and algorithms of an SA.
        case clauses
        /// Direction, priority, action and transforms of a policy.
        case action
        /// The value of an option.
        case number
        /// The value of `-from` and `-until`.
        case time
        /// Behind a date of these that stands alone.
        case timeOfDay
        /// The value of `prio`.
        case priority
        case algorithm
        case key
        /// The values of `-ctx`.
        case label
        /// The pattern of `include`.
        case pattern
        /// Something was not what belongs there.
        case unknown
    }

    /// How far a statement about SAs has got.
    struct Operands: Equatable {
        var count = 0
        /// Whether all of them were what they have to be.
        var areClean = true
    }

    let bytes: [UInt8]
    private let start: Int
    private let isOutOfStep: Bool

    var place = Place.statement
    /// Whether what is a string for the lexer surely is one.
    var isSound = true
    private(set) var isInBrackets = false
    private var isInComment = false
    private var previousEnd = 0
    private var visible: [Range<Int>] = []

    init(_ bytes: [UInt8], from start: Int, isOutOfStep: Bool) {
        self.bytes = bytes
        self.start = max(0, min(start, bytes.count))
        self.isOutOfStep = isOutOfStep
    }

    /// What to hide in `shown`, a part of the line `line`.
    func ranges(in shown: Range<Int>, of line: Range<Int>) -> [Range<Int>] {
        var walk = self
        let hasLooseQuote = bytes[line].count { $0 == UInt8(ascii: "\"") } % 2 != 0
        // A line may begin in an earlier statement, of which it is not known where in it.
        if line.lowerBound < start {
            walk.isSound = false
            walk.place = .unknown
            walk.run(from: line.lowerBound, to: min(start, shown.upperBound))
        }
        walk.isSound = !isOutOfStep && !hasLooseQuote
        walk.place = walk.isSound ? .statement : .unknown
        walk.run(from: start, to: shown.upperBound)
        return Self.complement(of: walk.visible, in: shown)
    }

    private static func complement(of visible: [Range<Int>], in shown: Range<Int>) -> [Range<Int>] {
        var hidden: [Range<Int>] = []
        var end = shown.lowerBound
        for range in visible.map({ $0.clamped(to: shown) }) where !range.isEmpty {
            if range.lowerBound > end { hidden.append(end..<range.lowerBound) }
            end = max(end, range.upperBound)
        }
        if end < shown.upperBound { hidden.append(end..<shown.upperBound) }
        return hidden
    }

    // MARK: Tokens

    private mutating func run(from start: Int, to end: Int) {
        guard start < end else { return }
        let text = bytes
        var lexer = Lexer(text.span, at: Lexer.Place(start))
        previousEnd = start
        isInComment = false
        var token = lexer.next()
        while token.kind != .end, token.start < end {
            showBlanks(previousEnd..<token.start)
            if !isInComment || token.kind != .invalid { take(token) }
            previousEnd = token.end
            // The rest of the text is in this string.
            guard token.kind != .unterminatedString else { return }
            token = lexer.next()
        }
        if previousEnd < end { showBlanks(previousEnd..<end) }
    }

    /// What is between two tokens is blanks and comments.
    private mutating func showBlanks(_ gap: Range<Int>) {
        for index in gap {
            switch bytes[index] {
            case 10: isInComment = false
            case UInt8(ascii: "#") where !isInComment:
                isInComment = true
                show(index..<index + 1)
            case 32, 9, 13: if !isInComment { show(index..<index + 1) }
            default: break
            }
        }
    }

    mutating func show(_ range: Range<Int>) {
        visible.append(range)
    }

    private mutating func take(_ token: Token) {
        isInComment = false
        switch token.kind {
        case .semicolon:
            show(token.range)
            place = isSound ? .statement : .unknown
        case .comma, .leftBracket, .rightBracket:
            isInBrackets = token.kind == .leftBracket
            if place.isOfAddresses { show(token.range) }
        case .string: takeString(token.range)
        case .unterminatedString: show(token.range)
        case .word: takeWord(token.range)
        case .invalid, .end: lose()
        }
    }

    private mutating func takeString(_ range: Range<Int>) {
        // A word that touches a string may be what should be in it.
        let touches = range.upperBound < bytes.count && isInsideWord(bytes[range.upperBound])
        let isOnOneLine = !bytes[range].contains(10)
        // A blank or a `;` may be what was between two strings.
        let isOneWord = bytes[range].allSatisfy { $0 > 32 && $0 != UInt8(ascii: ";") }
        if isSound, isOneWord, !touches, place == .pattern {
            show(range)
        } else {
            show(range.prefix(1))
            show(range.suffix(1))
        }
        guard place == .key || place == .label || place == .pattern, !touches, isOnOneLine else { return lose() }
        place = .clauses
    }

    private func isInsideWord(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte) && byte != UInt8(ascii: ";") && byte != UInt8(ascii: "#")
    }

    /// What is text and what is key is not known from here on.
    mutating func lose() {
        isSound = false
        place = .unknown
    }

    /// Whether a statement may begin at `offset`: after a `;`, or on a line of its own.
    func mayBeginStatement(at offset: Int) -> Bool {
        let before = bytes[..<offset].last { $0 != 32 && $0 != 9 && $0 != 13 }
        return before == nil || before == 10 || before == UInt8(ascii: ";")
    }
}

extension KeyMask.Place {
    /// Whether addresses belong here, with their ports.
    fileprivate var isOfAddresses: Bool {
        switch self {
        case .operands, .selectors, .action: true
        default: false
        }
    }
}
