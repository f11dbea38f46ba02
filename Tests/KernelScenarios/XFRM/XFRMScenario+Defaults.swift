import IPsec
import KernelBackends

/// What becomes of packets that no policy matches (xfrm-facts 3.6).
extension XFRMScenario {
    /// SETDEFAULT of in, fwd, out; 1 blocks, 2 accepts.
    private static func set(_ defaults: [UInt8]) -> XFRMRequest { XFRMRequest(.setDefaults).with(defaults + [0]) }

    private static let get = XFRMRequest(.getDefaults, flags: XFRMRequest.question).with([0, 0, 0, 0])

    static let defaults: [XFRMScenario] = [
        XFRMScenario("SETDEFAULT sets the directions that it names, and tells everybody all, without a name") { stage in
            try stage.done(set([2, 2, 2]))
            let news = try stage.done(set([0, 1, 0]))
            try stage.equal(news.map(\.type), [.getDefaults], "types")
            try stage.equal(news[0].field(0, 3), [2, 1, 2], "defaults")
            try stage.equal([news[0].sequence, news[0].portID], [0, 0], "seq and pid")
            try stage.equal(try stage.answered(get).field(0, 3), [2, 1, 2], "defaults")
            try stage.done(set([2, 2, 2]))
            try stage.equal(try stage.answered(get).field(0, 3), [2, 2, 2], "defaults")
        },
        XFRMScenario("SETDEFAULT passes over other numbers, and is told where it changes nothing") { stage in
            try stage.done(set([2, 2, 2]))
            let news = try stage.done(set([3, 255, 0]))
            try stage.equal(news.map { $0.field(0, 3) }, [[2, 2, 2]], "defaults")
        },
        XFRMScenario("SETDEFAULT and GETDEFAULT that are too short are refused") { stage in
            try stage.refused(
                XFRMRequest(.setDefaults).with([1, 1]), .invalidArgument, saying: "Invalid header length")
            try stage.refused(XFRMRequest(.getDefaults), .invalidArgument, saying: "Invalid header length")
        },
        XFRMScenario("FLUSHPOLICY leaves the defaults alone") { stage in
            try stage.done(set([2, 1, 2]))
            try stage.done(XFRMRequest.policy())
            try stage.done(XFRMRequest(.flushPolicies))
            try stage.equal(try stage.answered(get).field(0, 3), [2, 1, 2], "defaults")
            try stage.equal(try stage.dumped(XFRMStage.allPolicies).count, 0, "policies")
            try stage.done(set([2, 2, 2]))
        },
        XFRMScenario("the answer to GETDEFAULT comes before the dump behind it in one datagram") { stage in
            try stage.done(XFRMRequest.policy())
            let both = XFRMRequest(.getDefaults, flags: XFRMRequest.question, sequence: 0).with([0, 0, 0, 0])
            try stage.send(both.followed(by: XFRMStage.allPolicies))
            let answers = try stage.all()
            try stage.equal(answers.map(\.type), [.getDefaults, .newPolicy, .done], "types")
            try stage.equal(answers.map(\.sequence), [0, 7, 7], "numbers")
            try stage.require(answers.allSatisfy { $0.portID == XFRMStage.portID }, "pids")
        },
    ]
}
