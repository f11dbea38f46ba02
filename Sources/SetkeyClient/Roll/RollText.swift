import IPsec
import SetkeySyntax
import TextBytes

/// What `--roll` prints: which keys are to be made, the statements as they are to end, and those that begin.
struct RollText {
    private let options: RollOptions
    private let sources: [SourceText]
    /// How a statement is read again: as it was the first time.
    private let reading: ParserOptions

    init(_ options: RollOptions, _ sources: [SourceText]) {
        (self.options, self.sources) = (options, sources)
        var reading = ParserOptions(
            credentials: .unread, protocolNames: .ofThisMachine(), serviceNames: .ofThisMachine(), traits: .pfKey)
        reading.richerTraits = .xfrm
        self.reading = reading
    }

    func text(_ roll: TunnelRoll) -> String {
        head + keys(roll) + former(roll) + next(roll)
    }

    private var head: String {
        """
        # New keys from \(CalendarTime(options.moment)) on\(options.isForPeer ? ", for the other end" : ""); what receives begins \
        \(options.overlap) s earlier, and ends as much later.

        """
    }

    /// The commands that make the keys, once for both ends; of the length of the former ones where these are known, which
    /// credentials are not.
    private func keys(_ roll: TunnelRoll) -> String {
        let commands = roll.successions.flatMap { succession in
            succession.next.credentials.map { command(for: $0, of: succession.next) }
        }
        return "# 1. Make the keys at one end, and copy the files to the other one:\n" + commands.joined()
    }

    /// The command that makes a key of an SA, which still has the former one.
    private func command(for key: NamedKey, of association: SecurityAssociation) -> String {
        let former = key.name.hasSuffix("-E") ? association.encryptionKey : association.integrityKey
        // Zeros may be a credential, which was not read.
        let bits = former?.isZero == false ? " --bits \(key.byteCount * 8)" : ""
        return "#   setkey --new-key \(key.algorithm)\(bits) --credential \(key.name)\n"
    }

    private func statement(of succession: TunnelRoll.Succession) -> ArraySlice<UInt8> {
        let origin = succession.former.origin
        return sources[origin.source].bytes[origin.range]
    }

    /// `FILE:LINE`.
    private func place(of succession: TunnelRoll.Succession) -> String {
        let origin = succession.former.origin
        let source = sources[origin.source]
        return "\(source.name):\(source.position(of: origin.range.lowerBound).line)"
    }

    /// Where an SA of the tunnel is declared by a statement that takes no time; `nil` if all take one.
    func placeWithoutTimes(in roll: TunnelRoll) -> String? {
        let succession = roll.successions.first { succession in
            if case .add? = parsed(statement(of: succession))?.kind { false } else { true }
        }
        return succession.map(place)
    }

    private func former(_ roll: TunnelRoll) -> String {
        let head =
            options.isForPeer
            ? "# 2. These take the place of the statements with the same SPIs there:\n"
            : "# 2. These take the place of the statements that they come from:\n"
        return head
            + roll.successions.map { succession in
                (options.isForPeer ? "" : "#    \(place(of: succession))\n") + ending(succession)
            }.joined()
    }

    /// A statement with its end, as it stands in the file; one with a key in it, and comments, only if keys are shown.
    private func ending(_ succession: TunnelRoll.Succession) -> String {
        let statement = statement(of: succession)
        let until = " -until \(CalendarTime(succession.end))"
        guard options.showKeys || !hasWrittenKey(statement) else {
            let spi = String(succession.former.entry.identity.spi.rawValue, radix: 16)
            return "#    (a key is written in that of SPI 0x\(spi): put '\(until.dropFirst())' in front of its ';', "
                + "or ask with --show-keys)\n"
        }
        let origin = succession.former.origin
        let shown = options.showKeys ? Array(statement) : sources[origin.source].withoutComments(origin.range)
        var text = shown.dropLast()
        while let last = text.last, [9, 10, 13, 32].contains(last) { text.removeLast() }
        return String(decoding: text, as: UTF8.self) + "\n    " + until.dropFirst() + " ;\n"
    }

    private func hasWrittenKey(_ statement: ArraySlice<UInt8>) -> Bool {
        parsed(statement)?.containsKey ?? true
    }

    private func parsed(_ statement: ArraySlice<UInt8>) -> Statement? {
        var parser = Parser(Array(statement), options: reading)
        return parser.next()
    }

    private func next(_ roll: TunnelRoll) -> String {
        "# 3. These are added:\n"
            + roll.successions.map { succession in
                var text: [UInt8] = []
                if let validity = Validity(from: succession.begin, until: nil) {
                    Statement.Kind.add(succession.next).append(to: &text, keys: .referenced, validity: validity)
                }
                return String(decoding: text, as: UTF8.self) + "\n"
            }.joined()
    }
}
