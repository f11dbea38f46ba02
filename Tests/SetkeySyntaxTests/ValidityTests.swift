import IPsec
import Testing

@testable import SetkeySyntax

/// `-from` and `-until`.
struct ValidityTests {
    private func read(_ text: String, allows: Bool = true) -> (statements: [Statement], diagnostics: [String]) {
        let source = SourceText(name: "t", bytes: Array(text.utf8))
        var options = ParserOptions()
        options.allowsValidity = allows
        var parser = Parser(source, options: options)
        let statements = parser.rest()
        return (statements, parser.diagnostics.map { String(source.render($0).dropFirst(2).prefix { $0 != "\n" }) })
    }

    private static let day = 86_400

    @Test(arguments: [
        ("add ::1 ::2 esp 300 -from 1970-01-02Z -E null ;", day, Int.max),
        ("add ::1 ::2 esp 300 -until 1970-01-02 00:00Z -r 4 -E null ;", Int.min, day),
        ("add ::1 ::2 esp 300 -E null -from 1970-01-02T00:00:00Z -until 1970-01-03Z ;", day, 2 * day),
        ("spdadd ::1 ::2 any -until 1970-01-03T01:00:00+01:00 -from 1970-01-02Z -P out none ;", day, 2 * day),
        ("spdadd ::1 ::2 any -from 1970-01-01 06:30Z -P out discard ;", 23_400, Int.max),
    ])
    func aStatementSaysWhenItHolds(_ text: String, _ from: Int, _ until: Int) throws {
        let (statements, diagnostics) = read(text)
        #expect(diagnostics.isEmpty)
        let statement = try #require(statements.first)
        #expect(statement.validity.from == from && statement.validity.until == until)
        // Printed and read again it is the same.
        var output: [UInt8] = []
        statement.append(to: &output)
        let again = try #require(read(String(decoding: output, as: UTF8.self)).statements.first)
        #expect(again.kind == statement.kind && again.validity == statement.validity)
    }

    @Test(arguments: [
        (
            "add ::1 ::2 esp 300 -from 2026-12-01 -E null ;",
            "1:27: error: this is not a time; write for example 2026-12-01T00:00:00Z, or 2026-12-01 00:00Z; the zone belongs to it"
        ),
        (
            "add ::1 ::2 esp 300 -from tomorrow -E null ;",
            "1:27: error: this is not a time; write for example 2026-12-01T00:00:00Z, or 2026-12-01 00:00Z; the zone belongs to it"
        ),
        (
            "add ::1 ::2 esp 300 -from 2026-12-02Z -until 2026-12-02Z -E null ;",
            "1:39: error: this ends before it begins; write a later -until, or an earlier -from"
        ),
        (
            "update ::1 ::2 esp 300 -from 2026-12-02Z -E null ;",
            "1:24: error: only add and spdadd say when they hold; remove it"
        ),
        (
            "spddelete ::1 ::2 any -until 2026-12-02Z -P in ;",
            "1:23: error: only add and spdadd say when they hold; remove it"
        ),
        (
            "delete ::1 ::2 esp 300 -from 2026-12-02Z ;",
            "1:24: error: only add and spdadd say when they hold; remove it"
        ),
        (
            "delete ::1 ::2 esp 300 -from 2026-12-01Z -until 2026-12-02Z ;",
            "1:42: error: only add and spdadd say when they hold; remove it"
        ),
        (
            "get ::1 ::2 esp 300 -until 2026-12-02Z ;",
            "1:21: error: only add and spdadd say when they hold; remove it"
        ),
    ])
    func whatMeansNothingIsRefused(_ text: String, _ error: String) {
        let (statements, diagnostics) = read(text)
        #expect(statements.isEmpty)
        #expect(diagnostics == [error])
    }

    @Test(arguments: [
        ("deleteall ::1 ::2 esp -from 2026-12-01Z ;", 23), ("flush -from 2026-12-01Z ;", 7),
        ("spdflush -until 2026-12-01Z ;", 10), ("spddefault -from 2026-12-01Z -P out discard ;", 12),
        ("spddelete ::1 ::2 any -P in -until 2026-12-02Z ;", 29),
        ("spdadd ::1 ::2 any -P in none -from 2026-12-01Z ;", 31),
        ("spdadd ::1 ::2 any -P in ipsec esp/transport//require -from 2026-12-01Z ;", 55),
    ])
    func aTimeIsWhereItBelongs(_ text: String, _ column: Int) {
        let source = SourceText(name: "t", bytes: Array(text.utf8))
        var options = ParserOptions()
        options.traits = .xfrm
        var parser = Parser(source, options: options)
        #expect(parser.rest().isEmpty)
        let diagnostics = parser.diagnostics.map { String(source.render($0).dropFirst(2).prefix { $0 != "\n" }) }
        #expect(
            diagnostics == [
                "1:\(column): error: a time is not possible here; only add and spdadd say when they hold, and spdadd says it "
                    + "before its -P"
            ])
    }

    /// What has no meaning is told of, and the times are no part of it.
    @Test func whatMeansNothingBesideATimeIsToldOfToo() {
        #expect(
            read("delete ::1 ::2 esp 300 -r 4 -until 2026-12-02Z ;").diagnostics == [
                "1:24: warning: the extensions have no meaning here; remove them",
                "1:29: error: only add and spdadd say when they hold; remove it",
            ])
    }

    @Test func aRunHasNoTimes() {
        let (statements, diagnostics) = read("add ::1 ::2 esp 300 -from 2026-12-01Z -E null ;", allows: false)
        #expect(statements.isEmpty)
        #expect(
            diagnostics.first?.hasPrefix("1:21: error: a run does what it says at once: times are for the file") == true
        )
    }
}
