import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

/// What the parser lets through for PF_KEY, PF_KEY has bytes for, and they say all of it: nothing is refused below the
/// parser, and nothing is cut off.
@Suite struct CarriedStatementTests {
    private let key = "0x" + String(repeating: "5a", count: 56)

    /// The request of a statement, as the kernel reads it in its bytes; `nil` for a statement that is not one request.
    private func carried(_ kind: Statement.Kind) throws -> KernelEvent.Content? {
        guard let request = kind.carriedRequest else { return nil }
        var codec = PFKeyCodec(processID: 1)
        var bytes: [UInt8] = []
        try codec.encode(request, id: RequestID(rawValue: 1), into: &bytes)
        return codec.decode(bytes.span).content
    }

    private func isWhole(_ kind: Statement.Kind) throws -> Bool {
        switch (kind, try carried(kind)) {
        case (.add(let said), .association(.added, let read)?): said == read
        case (.update(let said), .association(.updated, let read)?): said == read
        case (.get(let said), .association(.got, let read)?), (.delete(let said), .association(.deleted, let read)?):
            said.identity == read.identity && said.source == read.source
        case (.addPolicy(let said), .policy(.added, let read)?): said == read
        case (.updatePolicy(let said), .policy(.updated, let read)?): said == read
        case (.deletePolicy(let said), .policy(.deleted, let read)?): said == read.identity
        case (.flush(let said), .flushed(let read)?): said == read
        case (.flushPolicies, .policiesFlushed?): true
        // The kernel's answers are of another form: that there are bytes is all that can be seen here.
        case (.reserveSPI, _?), (.dump, _?), (.dumpPolicies, _?): true
        case (_, nil): kind.carriedRequest == nil
        default: false
        }
    }

    @Test(arguments: [1, 2, 3, UInt64.random(in: 4 ... .max)])
    func whateverReadsBackIsCarriedWhole(_ seed: UInt64) throws {
        var generator = StatementGenerator(random: SplitMix(seed: seed))
        for _ in 0..<2000 {
            let text = generator.statement().text(showKeys: true)
            let kind = try #require(Parsed(text).kinds.first, "seed \(seed): \(text)")
            #expect(try isWhole(kind), "seed \(seed): \(text)")
        }
    }

    @Test func everyAlgorithmIsCarriedWithEveryKeyThatItTakes() throws {
        for row in KernelTraits.pfKey.algorithms.rows {
            let clause =
                switch row.kind {
                case .encryption, .combined: "esp 256 -E"
                case .integrity: "esp 256 -A"
                case .compression: "ipcomp 256 -C"
                }
            for bits in row.keyLengths.all {
                let key = bits == 0 ? "" : "0x" + String(repeating: "a5", count: bits / 8)
                let parsed = Parsed("add 192.0.2.1 192.0.2.2 \(clause) \(row.name) \(key) ;")
                let kind = try #require(parsed.kinds.first, "\(row.name) \(bits): \(parsed.headlines)")
                #expect(try isWhole(kind), "\(row.name) \(bits)")
            }
        }
    }

    @Test(arguments: ["esp 256 -E 99 0x5a5a -A 77 0x3c", "esp 256 -E 255", "ah 256 -A 4 @NAME", "ipcomp 256 -C 9"])
    func anAlgorithmWithoutANameIsItsNumber(_ clauses: String) throws {
        let text = "add ::1 ::2 \(clauses) ;"
        let kind = try #require(Parsed(text, options).kinds.first)
        #expect(try isWhole(kind))
        #expect(Parsed(kind.text(showKeys: true)).kinds == [kind])
        let refused = Parsed(text, ParserOptions(credentials: .unread, traits: .xfrm))
        #expect(refused.kinds.isEmpty && refused.diagnostics.first?.severity == .error)
    }

    @Test(arguments: ["-E 12 0x00112233445566778899aabbccddeeff", "-E 0", "-E 256 0x00", "-E 20 0x00", "-A 5 0x00"])
    func anAlgorithmThatHasANameIsNotCalledByNumber(_ clause: String) {
        let parsed = Parsed("add ::1 ::2 esp 256 \(clause) ;")
        #expect(parsed.kinds.isEmpty && parsed.headlines.first?.contains("unknown") == true, "\(parsed.headlines)")
    }

    /// At each limit: what just fits, and what is one too much, which is an error at its place.
    @Test(arguments: [
        ("esp 256 -r 32 -E null", "esp 256 -r 33 -E null"),
        ("esp 256 -u 4294967295 -E null", "esp 256 -u 4294967296 -E null"),
        ("esp 0xffffffff -E null", "esp 0x100000000 -E null"),
        ("ipcomp 0xffff -C deflate", "ipcomp 0x10000 -C deflate"),
        ("esp 256 -lh 9223372036854775807 -E null", "esp 256 -lh 9223372036854775808 -E null"),
        ("esp 256 -bh 18446744073709551614 -E null", "esp 256 -bh 18446744073709551616 -E null"),
        ("esp 256 -E blowfish-cbc KEY", "esp 256 -E blowfish-cbc KEY5a"),
        ("esp 256 -E aes-cbc @NAME", "esp 256 -E aes-gcm-16 @NAME"),
        ("esp 256 -A hmac-sha256 @NAME", "esp 256 -A hmac-sha256-128 @NAME"),
        ("esp 256 -ctx 255 255 \"LABEL\" -E null", "esp 256 -ctx 255 255 \"LABELx\" -E null"),
    ])
    func anSAThatIsTooMuchIsAnErrorOfTheText(_ fits: String, _ exceeds: String) throws {
        try check("add 2001:db8::1 2001:db8::2 \(fits) ;", "add 2001:db8::1 2001:db8::2 \(exceeds) ;")
    }

    @Test func aPolicyThatIsTooMuchIsAnErrorOfTheText() throws {
        let head = "spdadd ::/0[65535] ::/0[65535] 254 -P out"
        let transform = " esp/tunnel/2001:db8::1-2001:db8::2/unique:16383"
        let six = String(repeating: transform, count: 6)
        try check("\(head) ipsec\(six) ;", "\(head) ipsec\(six)\(transform) ;")
        try check("\(head) ipsec\(transform) ;", "\(head) ipsec\(transform.dropLast())4 ;")
        try check("\(head) prio 2147483648 none ;", "\(head) prio 2147483649 none ;")
        try check("\(head) prio -2147483647 none ;", "\(head) prio -2147483648 none ;")
    }

    private func check(_ fits: String, _ exceeds: String) throws {
        let whole = Parsed(filled(fits), options)
        #expect(whole.headlines.isEmpty)
        #expect(try isWhole(try #require(whole.kinds.first, "\(fits)")), "\(fits)")
        let refused = Parsed(filled(exceeds), options)
        #expect(refused.kinds.isEmpty && refused.diagnostics.map(\.severity) == [.error], "\(exceeds)")
    }

    private var options: ParserOptions { ParserOptions(credentials: .unread) }

    private func filled(_ text: String) -> String {
        text.replacing("KEY", with: key).replacing("LABEL", with: String(repeating: "l", count: 4095))
    }
}

extension Statement.Kind {
    /// The request that says it, if one does; that of a dump, too.
    fileprivate var carriedRequest: KernelRequest? {
        switch self {
        case .dump(let ipsecProtocol): .dump(ipsecProtocol)
        case .dumpPolicies: .dumpPolicies
        default: request
        }
    }
}
