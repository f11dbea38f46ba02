import Testing

@testable import TextBytes

@Suite struct WordingTests {
    @Test(arguments: [(0, "0 SAs"), (1, "1 SA"), (2, "2 SAs"), (-1, "-1 SAs")])
    func oneIsSingularAndAllElsePlural(number: Int, text: String) {
        #expect(counted(number, "SA") == text)
    }

    @Test func whatAddsNoSHasItsOwnPlural() {
        #expect(counted(1, "entry was", "entries were") == "1 entry was")
        #expect(counted(UInt64.max, "policy", "policies") == "18446744073709551615 policies")
    }

    @Test(arguments: [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")])
    func theConjunctionStandsBeforeTheLast(words: [String], text: String) {
        #expect(listed(words, "or") == text)
    }

    @Test func aNameEndsNoLine() {
        #expect(oneLine("eth0: äöü") == "eth0: äöü")
        #expect(oneLine("a\nerror: b\u{1b}[31m\u{9b}\u{7f}\r\t") == "a?error: b?[31m????")
    }
}
