import IPsec
import KernelBackends

extension Scenario {
    static let updates: [Scenario] = [
        Scenario("UPDATE of an SA that is not there is ESRCH, and of SPI 0, too") { stage in
            try stage.refused(Sample.esp(.update), .noSuchProcess)
            try stage.broadcast(Sample.esp(spi: 0))
            try stage.refused(Sample.esp(.update, spi: 0), .noSuchProcess)
        },
        Scenario("UPDATE is checked like ADD before the SA is looked for") { stage in
            try stage.refused(Request(.update, .esp).association(spi: 1), .invalidArgument)
            let unknown = Request(.update, .esp).association(spi: 1, encryption: 20)
                .ends(Sample.source, Sample.destination).key(.encryptionKey, bits: 160)
            try stage.refused(unknown, .noFunction)
        },
        Scenario("UPDATE of a mature SA tells what was asked, as dead, and changes the lifetimes alone") { stage in
            try stage.broadcast(Sample.esp(replay: 4).association2(mode: 2, reqID: 1))
            let request = Request(.update, .esp).association(spi: 0x1001, replay: 9, integrity: 3, encryption: 3)
                .ends(IPAddress(ipv4: 0x0a63_0001), Sample.destination).key(.integrityKey, bits: 160, fill: 1)
                .key(.encryptionKey, bits: 192, fill: 2).association2(mode: 1, reqID: 2)
                .lifetime(.hardLifetime, bytes: 1000, addTime: 500).lifetime(.softLifetime, bytes: 900, addTime: 400)
            let told = try stage.broadcast(request)
            try stage.equal([told.state, told.replay, told.integrity, told.encryption], [3, 9, 3, 3], "told")
            try stage.equal([told.mode, told.reqID], [1, 2], "told")
            let kept = try stage.answered(Sample.reference(.get))
            try stage.equal([kept.state, kept.replay, kept.integrity, kept.encryption], [1, 4, 5, 12], "kept")
            try stage.equal([kept.mode, kept.reqID], [2, 1], "kept")
            try stage.equal(kept.field(.source, 12, 4), [10, 1, 0, 1], "source")
            try stage.equal(kept.field(.encryptionKey, 8, 16), Array(repeating: 0xa5, count: 16), "key")
            try stage.equal(kept.lifetime(.hardLifetime), [0, 1000, 500, 0], "hard")
            try stage.equal(kept.lifetime(.softLifetime), [0, 900, 400, 0], "soft")
        },
        Scenario("UPDATE without lifetimes takes the limits away") { stage in
            try stage.broadcast(
                Sample.esp().lifetime(.hardLifetime, addTime: 500).lifetime(.softLifetime, addTime: 400))
            try stage.broadcast(Sample.esp(.update))
            let kept = try stage.answered(Sample.reference(.get))
            try stage.equal(kept.lifetime(.hardLifetime), [0, 0, 0, 0], "hard")
        },
        Scenario("UPDATE changes the ports of the same encapsulation and refuses another") { stage in
            try stage.broadcast(Sample.esp().encapsulation(type: 2, source: 4500, destination: 4500))
            try stage.broadcast(Sample.esp(.update).encapsulation(type: 2, source: 4500, destination: 999))
            let kept = try stage.answered(Sample.reference(.get))
            try stage.equal(kept.field(.natDestinationPort, 4, 2), be(UInt16(999)), "port")
            try stage.refused(Sample.esp(.update), .invalidArgument)
            try stage.broadcast(Sample.esp(spi: 0x1002))
            try stage.refused(Sample.esp(.update, spi: 0x1002).encapsulation(type: 2), .invalidArgument)
        },
        Scenario("UPDATE of a larval SA replaces it by a mature one of another source, mode and reqid") { stage in
            let larval = try stage.answered(
                Request(.getSPI, .esp).ends(IPAddress(ipv4: 0x0a63_0001), Sample.destination)
                    .spiRange(0x5000, 0x5000).association2(mode: 1, reqID: 5))
            try stage.equal(larval.spi, 0x5000, "SPI")
            let told = try stage.broadcast(Sample.esp(.update, spi: 0x5000).association2(mode: 2, reqID: 6))
            try stage.equal([told.state, told.mode, told.reqID], [1, 2, 6], "told")
            let records = try stage.dumped(Request(.dump))
            try stage.equal(records.count, 1, "records")
            try stage.equal([records[0].state, records[0].encryption], [1, 12], "kept")
        },
    ]

    static let lookups: [Scenario] = [
        Scenario("GET answers the sender alone, with keys") { stage in
            let added = try stage.broadcast(Sample.esp())
            let got = try stage.answered(Sample.reference(.get))
            try stage.equal(got.extensions, added.extensions, "extensions")
            try stage.require(got.has(.encryptionKey), "no key")
        },
        Scenario("DELETE tells everything of the SA, as dead") { stage in
            let added = try stage.broadcast(Sample.esp())
            let deleted = try stage.broadcast(Sample.reference(.delete))
            try stage.equal(deleted.state, 3, "state")
            try stage.equal(deleted.extensions, added.extensions, "extensions")
            try stage.refused(Sample.reference(.delete), .noSuchProcess)
        },
        Scenario("GET and DELETE do not look at the source") { stage in
            try stage.broadcast(Sample.esp())
            func wrong(_ type: PFKeyMessageType) -> Request {
                Request(type, .esp).association(spi: 0x1001).ends(IPAddress(ipv4: 1), Sample.destination)
            }
            _ = try stage.answered(wrong(.get))
            try stage.broadcast(wrong(.delete))
        },
        Scenario("GET and DELETE want SA, source and destination") { stage in
            for type in [PFKeyMessageType.get, .delete] {
                try stage.refused(Request(type, .esp).ends(Sample.source, Sample.destination), .invalidArgument)
                try stage.refused(
                    Request(type, .esp).association(spi: 1).address(.destination, Sample.destination), .invalidArgument)
                try stage.refused(
                    Request(type, .esp).association(spi: 1).ends(Sample.source6, Sample.destination), .invalidArgument)
            }
        },
        Scenario("an SA that is not there is ESRCH, whatever the SA type") { stage in
            try stage.broadcast(Sample.esp())
            for saType: UInt8 in [0, 1, 2, 9, 77] {
                try stage.refused(Sample.reference(.get, PFKeySAType(rawValue: saType)), .noSuchProcess)
                try stage.refused(Sample.reference(.delete, PFKeySAType(rawValue: saType)), .noSuchProcess)
            }
        },
    ]

    static let reservations: [Scenario] = [
        Scenario("GETSPI makes a larval SA of 30 seconds and tells the sender alone") { stage in
            let larval = try stage.answered(
                Request(.getSPI, .esp).ends(Sample.source, Sample.destination).spiRange(0x300, 0x3ff))
            try stage.equal(larval.extensions, [1, 3, 4, 2, 5, 6, 19], "extensions")
            try stage.require((0x300...0x3ff).contains(larval.spi), "SPI \(larval.spi)")
            try stage.equal(larval.state, 0, "state")
            try stage.equal(larval.lifetime(.hardLifetime), [0, 0, 30, 0], "hard")
            try stage.equal(larval.lifetime(.softLifetime), [0, 0, 0, 0], "soft")
            try stage.equal([larval.mode, larval.reqID], [1, 0], "mode and reqid")
        },
        Scenario("GETSPI without a range draws from 0x100 to 0x0fffffff") { stage in
            let larval = try stage.answered(
                Request(.getSPI, .ah).ends(Sample.source, Sample.destination).association2(mode: 2, reqID: 77))
            try stage.require((0x100...0x0fff_ffff).contains(larval.spi), "SPI \(larval.spi)")
            try stage.equal([larval.mode, larval.reqID], [2, 77], "mode and reqid")
        },
        Scenario("an SPI that any destination has is ENOENT, and leaves a larval SA without SPI") { stage in
            try stage.broadcast(Sample.esp(spi: 0x4000))
            try stage.refused(
                Request(.getSPI, .esp).ends(Sample.destination, Sample.source).spiRange(0x4000, 0x4000), .noEntry)
            let records = try stage.dumped(Request(.dump))
            try stage.equal(records.map(\.spi), [0, 0x4000], "SPIs")
            try stage.equal(records.first?.state, 0, "state")
        },
        Scenario("another protocol may have the SPI") { stage in
            try stage.broadcast(Sample.esp(spi: 0x4000))
            let larval = try stage.answered(
                Request(.getSPI, .ah).ends(Sample.source, Sample.destination).spiRange(0x4000, 0x4000))
            try stage.equal(larval.spi, 0x4000, "SPI")
        },
        Scenario("a waiting larval SA without SPI gets it from the next GETSPI") { stage in
            try stage.broadcast(Sample.esp(spi: 0x4000))
            let ends = Request(.getSPI, .esp).ends(Sample.source, Sample.destination)
            try stage.refused(ends.spiRange(0x4000, 0x4000), .noEntry)
            try stage.equal(try stage.answered(ends.spiRange(0x4001, 0x4001)).spi, 0x4001, "SPI")
            try stage.equal(try stage.dumped(Request(.dump)).count, 2, "records")
        },
        Scenario("a range that is full is ENOENT") { stage in
            for spi: UInt32 in 0x40...0x42 { try stage.broadcast(Sample.esp(spi: spi)) }
            let ends = Request(.getSPI, .esp).ends(Sample.source, Sample.destination)
            try stage.refused(ends.spiRange(0x40, 0x42), .noEntry)
        },
        Scenario("GETSPI twice makes two larval SAs") { stage in
            let ends = Request(.getSPI, .esp).ends(Sample.source, Sample.destination)
            _ = try stage.answered(ends.spiRange(0x600, 0x600))
            _ = try stage.answered(ends.spiRange(0x601, 0x601))
            try stage.equal(try stage.dumped(Request(.dump)).map(\.spi), [0x601, 0x600], "SPIs")
        },
        Scenario("a range upside down, a bad type, a bad mode are EINVAL") { stage in
            let ends = Request(.getSPI, .esp).ends(Sample.source, Sample.destination)
            try stage.refused(ends.spiRange(0x500, 0x400), .invalidArgument)
            try stage.refused(ends.association2(mode: 4), .invalidArgument)
            for saType: UInt8 in [0, 1, 10] {
                try stage.refused(
                    Request(.getSPI, PFKeySAType(rawValue: saType)).ends(Sample.source, Sample.destination),
                    .invalidArgument)
            }
            try stage.refused(Request(.getSPI, .esp).address(.source, Sample.source), .invalidArgument)
        },
        Scenario("a CPI has 16 bits") { stage in
            let ends = Request(.getSPI, .ipcomp).ends(Sample.source, Sample.destination)
            try stage.refused(ends, .invalidArgument)
            try stage.equal(try stage.answered(ends.spiRange(0x700, 0x700)).spi, 0x700, "CPI")
        },
        Scenario("the range 0 to 0 gives SPI 0 on 6.1 and ENOENT on 6.12") { stage in
            let request = Request(.getSPI, .esp).ends(Sample.source, Sample.destination).spiRange(0, 0)
            if stage.kernel.release == .linux6_1 {
                try stage.equal(try stage.answered(request).spi, 0, "SPI")
            } else {
                try stage.refused(request, .noEntry)
            }
        },
        Scenario("ADD on a reserved SPI is EEXIST; DELETE of a larval SA works") { stage in
            _ = try stage.answered(
                Request(.getSPI, .esp).ends(Sample.source, Sample.destination).spiRange(0x1001, 0x1001))
            try stage.refused(Sample.esp(), .exists)
            try stage.equal(try stage.broadcast(Sample.reference(.delete)).state, 3, "state")
            try stage.broadcast(Sample.esp())
        },
        Scenario("ADD takes the place of a larval SA without SPI in silence") { stage in
            try stage.broadcast(Sample.esp(spi: 0x4000))
            try stage.refused(
                Request(.getSPI, .esp).ends(Sample.source, Sample.destination).spiRange(0x4000, 0x4000), .noEntry)
            try stage.broadcast(Sample.esp(spi: 0x4001))
            try stage.equal(try stage.dumped(Request(.dump)).map(\.spi), [0x4001, 0x4000], "SPIs")
        },
    ]

    static let flushes: [Scenario] = [
        Scenario("FLUSH of nothing is an echo for the sender") { stage in
            let echo = try stage.answered(Request(.flush, .esp))
            try stage.require(echo.isBare, "more than a header")
        },
        Scenario("FLUSH of something is an echo and a broadcast, and no DELETE") { stage in
            try stage.broadcast(Sample.esp())
            try stage.send(Request(.flush))
            try stage.equal(try stage.all().map(\.type), [.flush, .flush], "alice")
            let heard = try stage.all(on: stage.bob)
            try stage.equal(heard.map(\.type), [.flush], "bob")
            try stage.equal([heard[0].sequence, heard[0].processID], [7, 4711], "seq and pid")
            try stage.refused(Sample.reference(.get), .noSuchProcess)
        },
        Scenario("FLUSH of a type leaves the others") { stage in
            try stage.broadcast(Sample.esp())
            try stage.broadcast(
                Request(.add, .ah).association(spi: 1, integrity: 3).ends(Sample.source, Sample.destination)
                    .key(.integrityKey, bits: 160))
            try stage.send(Request(.flush, .ah))
            try stage.equal(try stage.all().map(\.saType), [.ah, .ah], "types")
            _ = try stage.all(on: stage.bob)
            try stage.equal(try stage.dumped(Request(.dump)).map(\.saType), [.esp], "left")
        },
        Scenario("FLUSH takes larval SAs, too") { stage in
            _ = try stage.answered(Request(.getSPI, .esp).ends(Sample.source, Sample.destination))
            try stage.send(Request(.flush))
            try stage.equal(try stage.all().count, 2, "messages")
            _ = try stage.all(on: stage.bob)
            try stage.refused(Request(.dump), .noEntry)
        },
        Scenario("FLUSH of a type that is none is EINVAL") { stage in
            for saType: UInt8 in [1, 5, 10] {
                try stage.refused(Request(.flush, PFKeySAType(rawValue: saType)), .invalidArgument)
            }
        },
        Scenario("SPDFLUSH echoes, and broadcasts when something has gone") { stage in
            try stage.require(try stage.answered(Request(.spdFlush)).isBare, "more than a header")
            try stage.broadcast(Sample.policy())
            try stage.send(Request(.spdFlush))
            try stage.equal(try stage.all().map(\.type), [.spdFlush, .spdFlush], "alice")
            try stage.equal(try stage.all(on: stage.bob).map(\.type), [.spdFlush], "bob")
            try stage.refused(Request(.spdDump), .noEntry)
        },
    ]
}
