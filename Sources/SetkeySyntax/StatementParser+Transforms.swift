import IPsec

extension StatementParser {
    /// How many transforms one policy may have (`XFRM_MAX_DEPTH`).
    private static let transformLimit = 6

    /// The requests behind `ipsec`: at least one, in the order of the bundle.
    mutating func parseTransforms(_ direction: Direction) throws(Diagnostic) -> [Transform] {
        var transforms: [Transform] = []
        while current.kind == .word {
            guard transforms.count < Self.transformLimit else {
                throw failure(current.range, "Linux accepts at most six transforms in one policy", "remove some")
            }
            guard keyword != .prio, keyword != .priority else { throw latePriority() }
            guard !isAtTime else { throw misplacedTime() }
            let range = takeRequest()
            do throws(Diagnostic) {
                transforms.append(try parseTransform(range, direction))
            } catch {
                try note(error, ofWordAt: range)
            }
        }
        guard !hasFailed else { return [] }
        guard !transforms.isEmpty else {
            let advice =
                "write for example esp/tunnel/192.0.2.1-192.0.2.2/require; without one the packets are sent unprotected"
            throw unexpected("a transform", advice)
        }
        return transforms
    }

    /// `proto/mode[/[src-dst][/[level]]]`, perhaps with blanks around the slashes and the hyphen.
    private mutating func parseTransform(
        _ range: Range<Int>, _ direction: Direction
    ) throws(Diagnostic) -> Transform {
        let (fields, count) = fields(of: range)
        guard (2...4).contains(count) else {
            throw failure(range, "this is not a transform", "write protocol/mode/source-destination/level")
        }
        if count == 3, isLevel(fields[2]) { throw missingSlash(fields[2], mode: fields[1]) }
        let nextLayer = try parseTransformProtocol(fields[0])
        let mode = try parseTransformMode(fields[1])
        let endpoints = try parseEndpoints(fields[2], mode, direction)
        let level = try parseLevel(fields[3])
        if mode == .tunnel, level == .use, direction == .outbound {
            throw failure(
                fields[3], "Linux does not accept a tunnel of level 'use' for outgoing packets", "write require")
        }
        return Transform(nextLayer: nextLayer, mode: mode, endpoints: endpoints, level: level)
    }

    private mutating func isLevel(_ range: Range<Int>) -> Bool {
        let end = firstIndex(of: UInt8(ascii: ":"), in: range) ?? range.upperBound
        return [.default, .use, .require, .unique].contains(keyword(in: range.lowerBound..<end))
    }

    /// The error of `esp/transport/require`.
    private mutating func missingSlash(_ range: Range<Int>, mode: Range<Int>) -> Diagnostic {
        guard keyword(in: mode) == .tunnel else {
            let advice = "write two slashes before it: esp/transport//require"
            return failure(range, "the level is the fourth part of a transform", advice)
        }
        return failure(
            range, "the addresses of the tunnel are missing", "write for example esp/tunnel/192.0.2.1-192.0.2.2/require"
        )
    }

    /// The parts between slashes, empty ones included, without blanks around them: the first four, of so many; what is
    /// not there is empty.
    private mutating func fields(of range: Range<Int>) -> (InlineArray<4, Range<Int>>, count: Int) {
        var fields = InlineArray<4, Range<Int>>(repeating: range.upperBound..<range.upperBound)
        var count = 0
        var start = range.lowerBound
        while true {
            let end = firstIndex(of: UInt8(ascii: "/"), in: start..<range.upperBound) ?? range.upperBound
            if count < fields.count { fields[count] = trimmed(start..<end) }
            count += 1
            guard end < range.upperBound else { return (fields, count) }
            start = end + 1
        }
    }

    private mutating func trimmed(_ range: Range<Int>) -> Range<Int> {
        // Blanks are rare.
        if !range.isEmpty, text[range.lowerBound] > 32, text[range.upperBound - 1] > 32 { return range }
        guard let first = range.first(where: { text[$0] > 32 }),
            let last = range.last(where: { text[$0] > 32 })
        else { return range.upperBound..<range.upperBound }
        return first..<last + 1
    }

    /// Takes the tokens of one transform: those that touch each other, so that brackets of ports are inside, and those
    /// that a slash or a hyphen ties together across blanks.
    private mutating func takeRequest() -> Range<Int> {
        let start = current.start
        repeat { advance() } while continuesRequest()
        return start..<previousEnd
    }

    private mutating func continuesRequest() -> Bool {
        guard current.start > previousEnd else {
            return current.kind == .word || current.kind == .leftBracket || current.kind == .rightBracket
        }
        guard current.kind == .word, !isStartOfStatementOnNewLine,
            bytes(previousEnd..<current.start).allSatisfy({ $0 <= 32 })
        else { return false }
        let (last, first) = (text[previousEnd - 1], text[current.start])
        if first == UInt8(ascii: "/") { return true }
        if first == UInt8(ascii: "-") { return current.range.count == 1 || text[current.start + 1] &- 48 < 10 }
        // Empty parts may end a transform, and then its successor follows a slash.
        return last == UInt8(ascii: "-") || last == UInt8(ascii: "/") && !beginsTransform(current.range)
    }

    private mutating func beginsTransform(_ range: Range<Int>) -> Bool {
        let end = firstIndex(of: UInt8(ascii: "/"), in: range) ?? range.upperBound
        return [.esp, .ah, .ipcomp].contains(keyword(in: range.lowerBound..<end))
    }

    private mutating func parseTransformProtocol(_ range: Range<Int>) throws(Diagnostic) -> NextLayerProtocol {
        switch keyword(in: range) {
        case .esp: .esp
        case .ah: .ah
        case .ipcomp: NextLayerProtocol(rawValue: IPsecProtocol.ipcomp.rawValue)
        default: throw failure(range, "a transform's protocol is expected here", "write esp, ah or ipcomp")
        }
    }

    private mutating func parseTransformMode(_ range: Range<Int>) throws(Diagnostic) -> Mode {
        switch keyword(in: range) {
        case .transport: .transport
        case .tunnel: .tunnel
        default: throw failure(range, "a transform's mode is expected here", "write transport or tunnel")
        }
    }

    // MARK: Level

    private mutating func parseLevel(_ range: Range<Int>) throws(Diagnostic) -> TransformLevel {
        guard !range.isEmpty else { return .default }
        switch keyword(in: range) {
        case .default: return .default
        case .use: return .use
        case .require: return .require
        case .unique: return .unique(.none)
        default: break
        }
        guard let colon = firstIndex(of: UInt8(ascii: ":"), in: range),
            keyword(in: range.lowerBound..<colon) == .unique
        else { throw unknownLevel(range) }
        let number = colon + 1..<range.upperBound
        let maximum = options.traits.maximumUniqueReqID.rawValue
        let advice = "write 1...\(maximum), or unique alone to let the kernel choose"
        let reqID = try parseDecimal(number, "the number after unique:", upTo: UInt64(maximum), advice)
        guard reqID > 0 else { throw failure(number, "unique:0 names no SA", advice) }
        return .unique(ReqID(rawValue: UInt32(reqID)))
    }

    private mutating func unknownLevel(_ range: Range<Int>) -> Diagnostic {
        failure(range, "a level is expected here", "write default, use, require, unique or unique:N")
    }

    // MARK: Endpoints

    /// `src-dst` with ports on both or on none; nothing, `me-any` or `any-me` for transport mode.
    private mutating func parseEndpoints(
        _ range: Range<Int>, _ mode: Mode, _ direction: Direction
    ) throws(Diagnostic) -> Transform.Endpoints? {
        let word = keyword(in: range)
        if range.isEmpty || word == .meToAny || word == .anyToMe {
            guard mode == .transport else {
                throw failure(range, "a tunnel needs the addresses of both ends", "write source-destination")
            }
            if !range.isEmpty, (word == .meToAny) != (direction == .outbound) {
                throw failure(range, "this is the wrong way round", "write me-any for out, any-me for in and fwd")
            }
            return nil
        }
        guard let hyphen = firstIndex(of: UInt8(ascii: "-"), in: range) else {
            throw failure(range, "two addresses are expected here", "write source-destination")
        }
        let source = try parseEnd(trimmed(range.lowerBound..<hyphen))
        let destination = try parseEnd(trimmed(hyphen + 1..<range.upperBound))
        try requireOneFamily(source.address, destination.address, hyphen + 1..<range.upperBound)
        guard source.hasPort == destination.hasPort else {
            throw failure(range, "a port on one end only", "write ports on both ends, or on none")
        }
        if mode == .transport {
            warn(
                range, "Linux ignores the addresses of a transform in transport mode",
                "write nothing between the slashes")
            return nil
        }
        if source.hasPort { warn(range, "Linux ignores the ports of a transform", "remove them") }
        return Transform.Endpoints(source: source.address, destination: destination.address)
    }

    private mutating func parseEnd(_ range: Range<Int>) throws(Diagnostic) -> (address: IPAddress, hasPort: Bool) {
        if let address = IPAddress(parsing: bytes(range)) { return (address, false) }
        guard let bracket = firstIndex(of: UInt8(ascii: "["), in: range) else { throw notAnAddress(range, false) }
        let address = try parseAddress(range.lowerBound..<bracket, WrittenFamilies())
        guard text[range.upperBound - 1] == UInt8(ascii: "]") else {
            throw failure(bracket..<range.upperBound, "']' is missing")
        }
        _ = try parseDecimal(bracket + 1..<range.upperBound - 1, "the port", upTo: 65535)
        return (address, true)
    }
}
