import IPsec
import KernelBackends

extension XFRMScenario {
    static let changes: [XFRMScenario] = [
        XFRMScenario("GETSA tells what NEWSA told, to the sender alone") {
            let told = try $0.told(XFRMRequest.sa().interfaceID(5))
            let got = try $0.answered(XFRMRequest.reference(.getSA))
            try $0.equal(got.field(0, 160), told.field(0, 160), "SA")
            try $0.equal(
                [got.attribute(20), got.attribute(31)], [told.attribute(20), told.attribute(31)], "attributes")
        },
        XFRMScenario("GETSA of nothing is ESRCH, of family 0 ESRCH, of protocol 0 EINVAL") {
            try $0.refused(XFRMRequest.reference(.getSA), .noSuchProcess)
            try $0.done(XFRMRequest.sa())
            try $0.refused(XFRMRequest.reference(.getSA).replacing(20, with: [0, 0]), .noSuchProcess)
            try $0.refused(XFRMRequest.reference(.getSA, ipsecProtocol: 0), .invalidArgument)
        },
        XFRMScenario("DELSA tells the identity, and the SA in an attribute") {
            try $0.done(XFRMRequest.sa(reqID: 3))
            let told = try $0.told(XFRMRequest.reference(.deleteSA))
            try $0.equal(told.type, .deleteSA, "type")
            try $0.equal(told.field(0, 24), XFRMRequest.reference(.deleteSA).bytes.suffix(24), "identity")
            try $0.equal(told.attribute(6).count, 224, "bytes of the SA")
            try $0.equal(told.value(6, 208), 3, "reqid")
            try $0.require(told.has(20) && told.has(2), "no algorithms")
            try $0.refused(XFRMRequest.reference(.deleteSA), .noSuchProcess)
        },
        XFRMScenario("UPDSA of nothing is ESRCH") {
            try $0.refused(XFRMRequest.sa(.updateSA), .noSuchProcess)
        },
        XFRMScenario("UPDSA tells what was asked, and changes lifetimes, ports and what is not zero") {
            try $0.done(XFRMRequest.sa(mode: 1, reqID: 3, window: 4).encapsulation().interfaceID(7))
            let update = XFRMRequest.sa(.updateSA, reqID: 9, window: 8, flags: 1)
                .replacing(136, with: le(UInt64(600))).encapsulation(destination: 999).interfaceID(0)
                .attribute(29, le(UInt32(5)))
            let told = try $0.told(update)
            try $0.equal([told.reqID, told.mode, told.window, told.flagsOfSA], [9, 0, 8, 1], "told")
            let kept = try $0.answered(XFRMRequest.reference(.getSA))
            try $0.equal([kept.reqID, kept.mode, kept.window, kept.flagsOfSA], [3, 1, 4, 0], "kept")
            try $0.equal(kept.number(136, 8), 600, "hard seconds")
            try $0.equal(Array(kept.attribute(4)[4..<6]), be(UInt16(999)), "port")
            try $0.equal([kept.value(31, 0), kept.value(29, 0)], [7, 5], "interface id and mark that is set")
        },
        XFRMScenario("UPDSA can neither add an encapsulation nor take one away") {
            try $0.done(XFRMRequest.sa())
            try $0.refused(XFRMRequest.sa(.updateSA).encapsulation(), .invalidArgument)
            try $0.done(XFRMRequest.sa(spi: 0x1002).encapsulation())
            try $0.refused(XFRMRequest.sa(.updateSA, spi: 0x1002), .invalidArgument)
        },
        XFRMScenario("FLUSHSA tells its protocol as it was sent, and nothing where nothing goes") {
            try $0.require(try $0.done(XFRMRequest(.flushSAs).with([0])).isEmpty, "a flush of nothing is told")
            try $0.done(XFRMRequest.sa())
            try $0.require(try $0.done(XFRMRequest(.flushSAs).with([51])).isEmpty, "a flush of AH is told")
            try $0.equal(try $0.told(XFRMRequest(.flushSAs).with([50])).number(0, 1), 50, "protocol")
            try $0.equal(try $0.dumped(XFRMStage.allSAs).count, 0, "left")
        },
    ]

    static let marks: [XFRMScenario] = [
        XFRMScenario("a mark is stored masked") {
            try $0.equal(
                try $0.told(XFRMRequest.sa().mark(0x101, 0xff)).attribute(21), le(UInt32(1)) + le(UInt32(0xff)), "mark")
        },
        XFRMScenario("no mark finds an SA without a mark alone, and any mark finds that") {
            try $0.done(XFRMRequest.sa().mark(1, 0xff))
            try $0.refused(XFRMRequest.reference(.getSA), .noSuchProcess)
            _ = try $0.answered(XFRMRequest.reference(.getSA).mark(1, 0xff))
            _ = try $0.answered(XFRMRequest.reference(.getSA).mark(0x101, 0xffff))
            try $0.refused(XFRMRequest.reference(.getSA).mark(2, 0xff), .noSuchProcess)
            try $0.done(XFRMRequest.sa(spi: 0x1002))
            _ = try $0.answered(XFRMRequest.reference(.getSA, spi: 0x1002).mark(2, 0xff))
        },
        XFRMScenario("an SA without a mark is beside one with a mark if it comes second") {
            try $0.done(XFRMRequest.sa())
            try $0.refused(XFRMRequest.sa().mark(1, 0xff), .exists)
            try $0.done(XFRMRequest.sa(spi: 0x1002).mark(1, 0xff))
            try $0.done(XFRMRequest.sa(spi: 0x1002))
        },
        XFRMScenario("marks that overlap are one, in one order") {
            try $0.done(XFRMRequest.sa().mark(1, 0xff))
            try $0.refused(XFRMRequest.sa().mark(0x101, 0xffff), .exists)
            try $0.done(XFRMRequest.sa(spi: 0x1002).mark(0x101, 0xffff))
            try $0.done(XFRMRequest.sa(spi: 0x1002).mark(1, 0xff))
        },
        XFRMScenario("of two the newest is deleted first, whatever the mark says") {
            try $0.done(XFRMRequest.sa().mark(1, 0xff))
            try $0.done(XFRMRequest.sa())
            let first = try $0.told(XFRMRequest.reference(.deleteSA).mark(1, 0xff))
            try $0.require(!first.has(21), "the one with the mark")
            let second = try $0.told(XFRMRequest.reference(.deleteSA).mark(1, 0xff))
            try $0.equal(second.value(21, 0), 1, "mark")
        },
    ]

    static let reservations: [XFRMScenario] = [
        XFRMScenario("ALLOCSPI makes a larval SA of 30 seconds, of the two hosts and no family, for the sender alone") {
            let larval = try $0.answered(XFRMRequest.reservation(0x300, 0x3ff, reqID: 7))
            try $0.equal(larval.type, .newSA, "type")
            try $0.require((0x300...0x3ff).contains(larval.spi), "SPI \(larval.spi)")
            try $0.equal([larval.reqID, larval.number(136, 8), larval.number(40, 2)], [7, 30, 0], "larval")
            try $0.equal(larval.field(42, 2), [32, 32], "prefixes")
            try $0.require(![1, 2, 3, 18, 20].contains { larval.has($0) }, "an algorithm")
            try $0.require(try $0.all(on: $0.ears).isEmpty, "somebody hears of it")
        },
        XFRMScenario("NEWSA on a reserved SPI is EEXIST, and UPDSA makes it mature") {
            _ = try $0.answered(XFRMRequest.reservation(0x1001, 0x1001))
            try $0.refused(XFRMRequest.sa(), .exists)
            let told = try $0.told(XFRMRequest.sa(.updateSA, mode: 1, reqID: 4))
            try $0.equal([told.type.rawValue], [XFRMMessageType.updateSA.rawValue], "type")
            let kept = try $0.answered(XFRMRequest.reference(.getSA))
            try $0.equal([kept.mode, kept.reqID], [1, 4], "kept")
            try $0.equal(try $0.dumped(XFRMStage.allSAs).count, 1, "SAs")
        },
        XFRMScenario("ALLOCSPI of a range upside down is EINVAL") {
            try $0.refused(
                XFRMRequest.reservation(9, 8), .invalidArgument, saying: "Invalid SPI range: min > max",
                since: .linux6_12)
        },
        XFRMScenario("ALLOCSPI of a CPI of 17 bits is EINVAL") {
            try $0.refused(
                XFRMRequest.reservation(1, 0x10000, ipsecProtocol: 108), .invalidArgument,
                saying: "IPCOMP SPI must be <= 65535", since: .linux6_12)
        },
        XFRMScenario("ALLOCSPI for another protocol is EINVAL") {
            try $0.refused(
                XFRMRequest.reservation(1, 2, ipsecProtocol: 60), .invalidArgument,
                saying: "Invalid protocol, must be one of AH, ESP, IPCOMP", since: .linux6_12)
        },
        XFRMScenario("ALLOCSPI of a range that is taken is ENOENT") {
            try $0.done(XFRMRequest.sa(spi: 0x40))
            try $0.refused(
                XFRMRequest.reservation(0x40, 0x40), .noEntry, saying: "No SPI available in the requested range",
                since: .linux6_12)
        },
    ]
}
