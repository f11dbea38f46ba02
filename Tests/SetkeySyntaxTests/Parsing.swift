import IPsec
import SetkeySyntax

/// What a text parses to: its statements, and its diagnostics as `LINE:COLUMN: severity: message; advice`.
struct Parsed {
    var kinds: [Statement.Kind] = []
    var diagnostics: [Diagnostic] = []
    let source: SourceText

    init(_ text: String, _ options: ParserOptions = ParserOptions()) {
        self.init(bytes: Array(text.utf8), options)
    }

    init(bytes: [UInt8], _ options: ParserOptions = ParserOptions()) {
        source = SourceText(name: "t", bytes: bytes)
        var parser = Parser(source, options: options)
        while let statement = parser.next() { kinds.append(statement.kind) }
        diagnostics = parser.diagnostics
    }

    /// The first lines of all diagnostics, without the name of the text.
    var headlines: [String] {
        diagnostics.map { diagnostic in
            var output: [UInt8] = []
            source.appendHeadline(diagnostic, to: &output)
            return String(String(decoding: output, as: UTF8.self).dropFirst(2))
        }
    }

    /// The SA of a text with one `add` in it.
    var association: SecurityAssociation? {
        guard case .add(let association)? = kinds.first, kinds.count == 1, diagnostics.isEmpty else { return nil }
        return association
    }

    /// The policy of a text with one `spdadd` in it.
    var policy: SecurityPolicy? {
        guard case .addPolicy(let policy)? = kinds.first, kinds.count == 1, diagnostics.isEmpty else { return nil }
        return policy
    }
}

func ip(_ text: String) -> IPAddress {
    IPAddress(text) ?? .unspecified(.ipv4)
}

func prefix(_ text: String, _ length: UInt8? = nil) -> AddressPrefix {
    AddressPrefix(address: ip(text), length: length)
}
