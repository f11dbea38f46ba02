import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What is counted between endpoints, and what is left of it.
@Suite struct TrafficLedgerTests: Doctoring {
    /// SAs of a text as figures, changed one by one.
    private func figures(
        _ text: String, now: UInt64 = 1_000_000, _ change: (inout SecurityAssociation) -> Void = { _ in }
    ) -> [AssociationFigures] {
        examination(text, change).associations.map {
            AssociationFigures($0, of: .declared, at: now, tellsNumbers: true)
        }
    }

    private static let ends = TunnelEnds(
        source: IPAddress("192.0.2.1") ?? .unspecified(.ipv4),
        destination: IPAddress("192.0.2.2") ?? .unspecified(.ipv4))

    private func add(_ spi: String, _ more: String = "") -> String {
        "add 192.0.2.1 192.0.2.2 esp \(spi) -m tunnel \(more) -E aes-cbc \(Self.key) -A hmac-sha1 \(Self.key)11223344 ;\n"
    }

    @Test func whatSAsThatAreGoneHaveCountedStays() throws {
        var ledger = TrafficLedger()
        ledger.take(figures(add("0x1001")) { $0.current.bytes = 1000 })
        ledger.take(figures(add("0x1001")) { $0.current.bytes = 1500 })
        #expect(ledger.totals[Self.ends]?.bytes == 1500)
        // A roll of keys: the old SA goes, the new one has counted little.
        ledger.take(
            figures(add("0x1001") + add("0x1002")) { $0.current.bytes = $0.identity.spi.rawValue == 0x1001 ? 1600 : 10 }
        )
        ledger.take(figures(add("0x1002")) { $0.current.bytes = 30 })
        #expect(ledger.totals[Self.ends]?.bytes == 1630)
    }

    @Test func anSAThatIsMadeAgainCountsFromTheBeginning() throws {
        var ledger = TrafficLedger()
        ledger.take(figures(add("0x1001")) { $0.current = Lifetime(bytes: 1000, addTime: 5) })
        ledger.take(figures(add("0x1001")) { $0.current = Lifetime(bytes: 1200, addTime: 9) })
        #expect(ledger.totals[Self.ends]?.bytes == 2200)
        // And one whose count is set back, by another program.
        ledger.take(figures(add("0x1001")) { $0.current = Lifetime(bytes: 100, addTime: 9) })
        #expect(ledger.totals[Self.ends]?.bytes == 2300)
    }

    @Test func tunnelsBeyondTheLimitAreOneSum() throws {
        let text = (0..<TrafficLedger.tunnelLimit + 3).map {
            "add 192.0.2.1 10.0.\($0 / 256).\($0 % 256) esp 0x1001 -E null ;"
        }.joined(separator: "\n")
        var ledger = TrafficLedger()
        for bytes in [10, 25] { ledger.take(figures(text) { $0.current.bytes = UInt64(bytes) }) }
        #expect(ledger.totals.count == TrafficLedger.tunnelLimit)
        #expect(ledger.rest.bytes == 75)
        // A pair without SAs makes room.
        ledger.take(figures(add("0x1001")))
        #expect(Array(ledger.totals.keys) == [Self.ends])
    }

    /// Any user has the kernel make them, to ever new addresses.
    @Test func larvalSAsMakeNoPairs() {
        let text = add("0x1001") + "add 192.0.2.1 198.51.100.1 esp 0x1002 -E null ;"
        func larval(_ spi: UInt32...) -> (inout SecurityAssociation) -> Void {
            { if spi.contains($0.identity.spi.rawValue) { $0.state = .larval } else { $0.current.bytes = 10 } }
        }
        var ledger = TrafficLedger()
        ledger.take(figures(text, larval(0x1002)))
        #expect(Array(ledger.totals.keys) == [Self.ends])
        // The one has got its keys; of the other pair only a larval one is left.
        ledger.take(figures(text, larval(0x1001)))
        #expect(ledger.totals.count == 1 && ledger.totals[Self.ends] == nil && ledger.rest == .zero)
    }

    // MARK: What is left

    @Test func secondsAreThoseOfTheShorterLimit() throws {
        let association = try #require(
            figures(add("0x1001", "-lh 100 -ls 80 -uh 50")) {
                $0.current = Lifetime(addTime: 999_990, useTime: 999_995)
            }.first)
        #expect(association.left.hardSeconds == 45)
        #expect(association.left.softSeconds == 70)
        let unused = try #require(figures(add("0x1001", "-uh 50")).first)
        #expect(unused.left.hardSeconds == nil)
        let over = try #require(figures(add("0x1001", "-lh 100")) { $0.current = Lifetime(addTime: 5) }.first)
        #expect(over.left.hardSeconds == 0)
    }

    @Test func anSAThatIsReplacedInTimeIsNoEnd() {
        let (short, long) = (
            Remainder(hardSeconds: 5, sequenceNumbers: 7), Remainder(hardSeconds: 500, sequenceNumbers: 3)
        )
        #expect(short.outlasting(long) == Remainder(hardSeconds: 500, sequenceNumbers: 7))
        #expect(short.outlasting(Remainder()) == Remainder())
        #expect(short.firstEnd(long) == Remainder(hardSeconds: 5, sequenceNumbers: 3))
        #expect(short.firstEnd(Remainder()) == short)
    }
}
