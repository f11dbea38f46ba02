import ControlProtocol
import IPsec
import SetkeyClient
import Testing

@Suite struct LiveTableTests {
    private let now = 1_000_000
    private let plain = TerminalStyle(unicode: false, color: false)

    private func record(
        _ spi: UInt32, to destination: String = "10.0.0.2", bytes: UInt64 = 0, age: UInt64 = 60,
        hard: Lifetime = .zero, state: SAState = .mature
    ) throws -> AssociationRecord {
        let identity = SAIdentity(
            destination: try #require(IPAddress(destination)), ipsecProtocol: .esp, spi: SPI(rawValue: spi))
        var association = SecurityAssociation(identity: identity, source: try #require(IPAddress("10.0.0.1")))
        association.mode = .tunnel
        association.state = state
        association.current = Lifetime(bytes: bytes, addTime: UInt64(now) - age)
        if hard != .zero { association.limits = LifetimeLimits(soft: .zero, hard: hard) }
        return AssociationRecord(association, showKeys: false)
    }

    private func rows(_ records: [AssociationRecord]) -> [LiveRow] {
        var history = LiveHistory()
        return history.rows(of: records, time: now, at: .seconds(1))
    }

    @Test func oneLineAnAssociation() throws {
        let table = LiveTable(width: 100, height: 10, style: plain)
        let lines = table.lines(rows([try record(0x1001, bytes: 12_345)]))
        #expect(
            lines == [
                "PROTO  SPI         ENDPOINTS             MODE    BYTES  BYTES/S   AGE  LEFT",
                "esp    0x00001001  10.0.0.1 -> 10.0.0.2  tunnel  12.3k        -  1:00  -",
            ])
    }

    @Test func whoseAnSAIsIsGivenUpFirstWhereThereIsNoRoom() throws {
        var record = try record(0x1001)
        record.owner = "setkey.conf:3:1"
        let wide = LiveTable(width: 100, height: 10, style: plain).lines(rows([record]))
        #expect(wide[0].hasSuffix("  LEFT  OWNER") && wide[1].hasSuffix("  -     setkey.conf:3:1"), "\(wide)")
        let narrow = LiveTable(width: 80, height: 10, style: plain).lines(rows([record]))
        #expect(narrow[0].hasSuffix("  LEFT") && narrow[1].hasSuffix("  -"), "\(narrow)")
    }

    @Test func hardLifetimeIsABarOfWhatIsLeft() throws {
        let row = rows([try record(0x1001, age: 900, hard: Lifetime(addTime: 3600))])
        #expect(row[0].remaining == Remaining(.seconds, used: 900, limit: 3600))
        let ascii = LiveTable(width: 120, height: 10, style: plain).lines(row)[1]
        #expect(ascii.hasSuffix("[##############....] 45:00"), "\(ascii)")
        let blocks = LiveTable(width: 120, height: 10, style: TerminalStyle(unicode: true, color: false)).lines(row)[1]
        #expect(blocks.hasSuffix("███████████████░░░░░ 45:00"), "\(blocks)")
    }

    @Test func nearestLimitIsTheOneShown() throws {
        let hard = Lifetime(bytes: 1000, addTime: 3600)
        let row = rows([try record(0x1001, bytes: 990, age: 10, hard: hard)])
        #expect(row[0].remaining == Remaining(.bytes, used: 990, limit: 1000))
    }

    @Test func ratesComeFromTheSampleBefore() throws {
        var history = LiveHistory()
        let first = history.rows(of: [try record(1000, bytes: 5000)], time: now, at: .seconds(10))
        #expect(first[0].rate == nil)
        let second = history.rows(
            of: [try record(1000, bytes: 8000), try record(1001)], time: now + 2, at: .seconds(12))
        #expect(second.map(\.rate) == [1500, nil])
        let replaced = history.rows(of: [try record(1000, bytes: 10)], time: now + 3, at: .seconds(13))
        #expect(replaced[0].rate == 0)
    }

    @Test func orderIsByAddressNumberAndStable() throws {
        let records = try [
            record(3, to: "10.0.0.10"), record(9, to: "10.0.0.2"), record(2, to: "10.0.0.2"), record(1, to: "::1"),
        ]
        let expected = [2, 9, 3, 1]
        #expect(rows(records).map(\.key.spi) == expected)
        #expect(rows(records.reversed()).map(\.key.spi) == expected)
    }

    @Test func linesNeverExceedTheTerminal() throws {
        let records = try (1...50).map { number in
            try record(
                UInt32(number), to: "2001:db8:1234:5678:9abc:def0:1234:5678", bytes: .max,
                hard: Lifetime(bytes: .max, addTime: 4_000_000_000), state: .dying)
        }
        for unicode in [false, true] {
            for width in 1...160 {
                for height in [1, 2, 3, 24, 60] {
                    let style = TerminalStyle(unicode: unicode, color: false)
                    let lines = LiveTable(width: width, height: height, style: style).lines(rows(records))
                    #expect(lines.count <= height)
                    #expect(lines.allSatisfy { $0.count <= width })
                }
            }
        }
    }

    @Test func whatDoesNotFitIsCounted() throws {
        let records = try (1...10).map { try record(UInt32($0)) }
        let lines = LiveTable(width: 80, height: 6, style: plain).lines(rows(records))
        #expect(lines.count == 6)
        #expect(lines.last == "... 6 more")
    }

    @Test func narrowTerminalKeepsProtocolAndSPI() throws {
        let line = LiveTable(width: 40, height: 5, style: plain).lines(rows([try record(0x1001)]))[1]
        #expect(line.hasPrefix("esp    0x00001001  10.0.0.1 -> 10.0.0"), "\(line)")
    }

    @Test func emptyDatabaseSaysSo() {
        #expect(LiveTable(width: 80, height: 24, style: plain).lines([]).last == "no SAs")
    }

    @Test func coloursSurroundLinesNearTheirEnd() throws {
        let row = rows([try record(0x1001, age: 3500, hard: Lifetime(addTime: 3600))])
        let lines = LiveTable(width: 80, height: 24, style: TerminalStyle(unicode: true, color: true)).lines(row)
        #expect(lines[1].hasPrefix("\u{1b}[31m") && lines[1].hasSuffix("\u{1b}[0m"))
        #expect(LiveTable(width: 80, height: 24, style: plain).lines(row).allSatisfy { !$0.contains("\u{1b}") })
    }

    @Test func plainLinesAreExactFields() throws {
        let records = [try record(0x1001, bytes: 12_345, age: 60, hard: Lifetime(addTime: 3600))]
        #expect(
            LiveLog.lines(rows(records), clock: "12:00:01") == [
                "12:00:01 esp 0x00001001 10.0.0.1 10.0.0.2 tunnel mature 12345 - 60 3540s - - -"
            ])
        #expect(LiveLog.header.split(separator: " ").count == 14)
    }

    @Test func plainLinesCountWhatWasDropped() throws {
        var told = try record(0x1001, bytes: 1)
        var numbers = PacketNumbers()
        (numbers.replayed, numbers.forged, numbers.late) = (3, 2, 1)
        told.numbers = NumbersRecord(numbers)
        let line = try #require(LiveLog.lines(rows([told]), clock: "12:00:01").first)
        #expect(line.hasSuffix(" 3 2 1"))
    }

    @Test func localeAndNoColorDecideTheStyle() {
        func style(_ variables: [String: String]) -> TerminalStyle {
            TerminalStyle { variables[$0] }
        }
        #expect(style([:]) == TerminalStyle(unicode: false, color: true))
        #expect(style(["LANG": "de_DE.UTF-8"]) == TerminalStyle(unicode: true, color: true))
        #expect(style(["LANG": "de_DE.UTF-8", "LC_ALL": "C"]).unicode == false)
        #expect(style(["LC_CTYPE": "C.utf8", "NO_COLOR": "1"]) == TerminalStyle(unicode: true, color: false))
        #expect(style(["LANG": "C.UTF-8", "TERM": "dumb"]) == TerminalStyle(unicode: false, color: false))
    }
}
