import IPsec
import KernelBackends

extension XFRMScenario {
    static let policies: [XFRMScenario] = [
        XFRMScenario("NEWPOLICY is told whole, with a number whose lowest bits are the direction") {
            let told = try $0.told(XFRMRequest.policy())
            try $0.equal(told.type, .newPolicy, "type")
            try $0.equal(told.field(0, 56), XFRMRequest.selector(), "selector")
            try $0.equal([told.priority, told.direction, told.action], [5, 1, 0], "policy")
            try $0.equal(told.index & 7, 1, "direction in the number")
            try $0.equal(told.attribute(5), XFRMRequest.template(), "template")
            try $0.equal(told.attribute(16).first, 0, "table")
        },
        XFRMScenario("masks of algorithms are told as they were sent") {
            let none = XFRMRequest.template(masks: 0)
            try $0.equal(try $0.told(XFRMRequest.policy(templates: [none])).attribute(5), none, "template")
        },
        XFRMScenario("a template without a family has the selector's") {
            let template = Array(
                XFRMRequest.template()[0..<24] + [0, 0] + XFRMRequest.template()[26...])
            try $0.equal(
                try $0.told(XFRMRequest.policy(templates: [template])).attribute(5), XFRMRequest.template(), "template")
        },
        XFRMScenario("NEWPOLICY is EEXIST whatever differs but the name, and UPDPOLICY keeps the number") {
            let index = try $0.told(XFRMRequest.policy()).index
            try $0.refused(XFRMRequest.policy(priority: 9), .exists)
            let told = try $0.told(XFRMRequest.policy(.updatePolicy, priority: 9, action: 1, templates: []))
            try $0.equal(told.type, .updatePolicy, "type")
            try $0.equal(told.index, index, "number")
            try $0.equal([told.priority, told.action], [9, 1], "policy")
            try $0.equal(try $0.dumped(XFRMStage.allPolicies).count, 1, "policies")
        },
        XFRMScenario("UPDPOLICY makes one that is not there") {
            try $0.equal(try $0.told(XFRMRequest.policy(.updatePolicy)).type, .updatePolicy, "type")
        },
        XFRMScenario("a number that is wanted is given if it is free, and has to have the direction") {
            try $0.equal(try $0.told(XFRMRequest.policy(index: 8001)).index, 8001, "number")
            let other = XFRMRequest.selector(nextLayer: 17)
            try $0.require(
                try $0.told(XFRMRequest.policy(index: 8001, selector: other)).index != 8001, "a number twice")
            try $0.refused(
                XFRMRequest.policy(direction: 0, index: 8001), .invalidArgument,
                saying: "Policy index doesn't match direction")
        },
        XFRMScenario("direction, action and share that are none are EINVAL, and said in words") {
            try $0.refused(
                XFRMRequest.policy(direction: 3), .invalidArgument, saying: "Invalid policy direction")
            try $0.refused(XFRMRequest.policy(action: 2), .invalidArgument, saying: "Invalid policy action")
            try $0.refused(
                XFRMRequest.policy().replacing(163, with: [4]), .invalidArgument, saying: "Invalid policy share")
        },
        XFRMScenario("six templates are taken, seven are EINVAL") {
            let template = XFRMRequest.template()
            try $0.refused(
                XFRMRequest.policy(templates: Array(repeating: template, count: 7)), .invalidArgument,
                saying: "Template count must be <= XFRM_MAX_DEPTH (6)")
            try $0.done(XFRMRequest.policy(templates: Array(repeating: template, count: 6)))
        },
        XFRMScenario("an optional tunnel is for what comes in") {
            let tunnel = XFRMRequest.template(mode: 1, optional: 1, (Sample.source, Sample.destination))
            try $0.refused(
                XFRMRequest.policy(templates: [tunnel]), .invalidArgument,
                saying: "Mode in optional template not allowed in outbound policy")
            try $0.done(XFRMRequest.policy(direction: 0, templates: [tunnel]))
        },
        XFRMScenario("a template of another protocol is EINVAL") {
            try $0.refused(
                XFRMRequest.policy(templates: [XFRMRequest.template(17)]), .invalidArgument,
                saying: "Invalid XFRM protocol in template")
        },
        XFRMScenario("DELPOLICY by selector tells that, and the policy in an attribute") {
            try $0.done(XFRMRequest.policy())
            let told = try $0.told(XFRMRequest.policyReference(.deletePolicy))
            try $0.equal(told.type, .deletePolicy, "type")
            try $0.equal(told.field(0, 56), XFRMRequest.selector(), "selector")
            try $0.equal(told.attribute(7).count, 168, "bytes of the policy")
            try $0.require(told.has(5), "no template")
            try $0.refused(XFRMRequest.policyReference(.deletePolicy), .noEntry)
        },
        XFRMScenario("GETPOLICY and DELPOLICY by number do not look at the selector, and at the direction they do") {
            let index = try $0.told(XFRMRequest.policy()).index
            let any = [UInt8](repeating: 0, count: 56)
            _ = try $0.answered(XFRMRequest.policyReference(.getPolicy, index: index, selector: any))
            try $0.refused(XFRMRequest.policyReference(.getPolicy, index: index + 8000, selector: any), .noEntry)
            try $0.refused(
                XFRMRequest.policyReference(.getPolicy, direction: 0, index: index, selector: any), .noEntry)
            let told = try $0.told(XFRMRequest.policyReference(.deletePolicy, index: index, selector: any))
            try $0.equal(told.number(56, 4), UInt64(index), "number")
        },
        XFRMScenario("FLUSHPOLICY tells its table, and nothing where nothing goes") {
            try $0.require(try $0.done(XFRMRequest(.flushPolicies)).isEmpty, "a flush of nothing is told")
            try $0.done(XFRMRequest.policy())
            try $0.equal(try $0.told(XFRMRequest(.flushPolicies)).attribute(16).first, 0, "table")
            try $0.equal(try $0.dumped(XFRMStage.allPolicies).count, 0, "left")
        },
    ]

    static let policyNames: [XFRMScenario] = [
        XFRMScenario("a device, a user, a mark, an interface id and the table make another policy") { stage in
            try stage.done(XFRMRequest.policy())
            try stage.done(XFRMRequest.policy(selector: XFRMRequest.selector(device: 77)))
            try stage.done(XFRMRequest.policy().mark(1, 0xff))
            try stage.done(XFRMRequest.policy().mark(1, 0xffff))
            try stage.done(XFRMRequest.policy().interfaceID(5))
            try stage.done(XFRMRequest.policy().attribute(16, [1, 0, 0, 0, 0, 0]))
            try stage.refused(XFRMRequest.policy().mark(0x101, 0xff), .exists)
            try stage.equal(try stage.dumped(XFRMStage.allPolicies).count, 6, "policies")
        },
        XFRMScenario("a policy with a mark is found by the mark as it is stored alone") {
            try $0.done(XFRMRequest.policy().mark(0x101, 0xff))
            try $0.refused(XFRMRequest.policyReference(.getPolicy), .noEntry)
            try $0.refused(XFRMRequest.policyReference(.getPolicy).mark(1, 0xffff), .noEntry)
            let got = try $0.answered(XFRMRequest.policyReference(.getPolicy).mark(1, 0xff))
            try $0.equal(got.attribute(21), le(UInt32(1)) + le(UInt32(0xff)), "mark")
        },
        XFRMScenario("an interface id is part of the name, by number, too") {
            let index = try $0.told(XFRMRequest.policy().interfaceID(5)).index
            try $0.refused(XFRMRequest.policyReference(.getPolicy), .noEntry)
            try $0.refused(XFRMRequest.policyReference(.getPolicy, index: index), .noEntry)
            let got = try $0.answered(XFRMRequest.policyReference(.getPolicy, index: index).interfaceID(5))
            try $0.equal(got.value(31, 0), 5, "interface id")
        },
        XFRMScenario("a port with any mask, and code 0 of ICMP with a whole one, are names of their own") { stage in
            let icmp = XFRMRequest.selector(nextLayer: 1)
            let code = Array(icmp[0..<34] + [255, 255] + icmp[36...])
            try stage.done(XFRMRequest.policy(selector: icmp))
            try stage.equal(try stage.told(XFRMRequest.policy(selector: code)).field(0, 56), code, "selector")
        },
        XFRMScenario("FLUSHPOLICY takes those with marks and interface ids, and leaves the second table") { stage in
            try stage.done(XFRMRequest.policy().mark(1, 0xff))
            try stage.done(XFRMRequest.policy().interfaceID(5))
            try stage.done(XFRMRequest.policy().attribute(16, [1, 0, 0, 0, 0, 0]))
            try stage.done(XFRMRequest(.flushPolicies))
            try stage.equal(try stage.dumped(XFRMStage.allPolicies).map { $0.attribute(16).first }, [1], "tables")
            try stage.done(XFRMRequest(.flushPolicies).attribute(16, [1, 0, 0, 0, 0, 0]))
        },
    ]

    static let dumps: [XFRMScenario] = [
        XFRMScenario("a dump of nothing is its end alone") {
            try $0.equal(try $0.dumped(XFRMStage.allSAs).count, 0, "SAs")
            try $0.equal(try $0.dumped(XFRMStage.allPolicies).count, 0, "policies")
        },
        XFRMScenario("a dump is newest first, of many parts, with the sender's numbers") {
            for spi: UInt32 in 0x1001...0x1003 { try $0.done(XFRMRequest.sa(spi: spi)) }
            let records = try $0.dumped(XFRMStage.allSAs)
            try $0.equal(records.map(\.spi), [0x1003, 0x1002, 0x1001], "SPIs")
            try $0.require(
                records.allSatisfy { $0.flags & 2 != 0 && $0.sequence == 7 && $0.portID == XFRMStage.portID },
                "header")
        },
        XFRMScenario("a dump of a protocol wants that directly behind the header") {
            try $0.done(XFRMRequest.sa())
            try $0.equal(try $0.dumped(XFRMStage.allSAs.attribute(25, [51])).count, 0, "AH")
            try $0.equal(try $0.dumped(XFRMStage.allSAs.attribute(25, [50])).count, 1, "ESP")
            try $0.equal(
                try $0.dumped(XFRMStage.allSAs.with([UInt8](repeating: 0, count: 24)).attribute(25, [51])).count, 1,
                "behind an identity")
        },
        XFRMScenario("a dump of many records takes many datagrams, and tells each once") { stage in
            for spi: UInt32 in 1...300 { try stage.done(XFRMRequest.sa(spi: 0x1000 + spi)) }
            let records = try stage.dumped(XFRMStage.allSAs)
            try stage.equal(Set(records.map(\.spi)).count, 300, "SPIs")
            try stage.equal(records.count, 300, "records")
        },
        XFRMScenario("a second dump on a socket is EBUSY until the first has been read") { stage in
            for spi: UInt32 in 1...100 { try stage.done(XFRMRequest.sa(spi: 0x1000 + spi)) }
            try stage.send(XFRMStage.allSAs)
            try stage.send(XFRMStage.allSAs)
            let answers = try stage.all()
            try stage.equal(answers.filter { $0.type == .error }.map(\.errno), [16], "errnos")
            try stage.equal(answers.filter { $0.type == .newSA }.count, 100, "records")
            try stage.equal(try stage.dumped(XFRMStage.allSAs).count, 100, "records")
        },
    ]

    static let lifetimes: [XFRMScenario] = [
        XFRMScenario("a hard limit is told without algorithms, and no deletion follows") { stage in
            try stage.done(XFRMRequest.sa().replacing(136, with: le(UInt64(1))).interfaceID(5))
            stage.kernel.wait(seconds: 3)
            let news = try stage.all(on: stage.ears)
            try stage.equal(news.map(\.type), [.expire], "news")
            try stage.equal([news[0].number(224, 1), news[0].value(31, 0)], [1, 5], "hard, and interface id")
            try stage.require(!news[0].has(20) && !news[0].has(2), "algorithms")
            try stage.require(news[0].portID == 0 && news[0].sequence == 0, "somebody's numbers")
            try stage.refused(XFRMRequest.reference(.getSA), .noSuchProcess)
        },
        XFRMScenario("a soft limit is told once, and no field of the SA says so afterwards") { stage in
            let told = try stage.told(XFRMRequest.sa().replacing(128, with: le(UInt64(1))))
            stage.kernel.wait(seconds: 3)
            let news = try stage.all(on: stage.ears)
            try stage.equal(news.map { [UInt64($0.type.rawValue), $0.number(224, 1)] }, [[24, 0]], "news")
            let kept = try stage.answered(XFRMRequest.reference(.getSA))
            try stage.equal(kept.field(0, 160), told.field(0, 160), "SA")
        },
        XFRMScenario("the end of a policy is told whole, to those who hear of ends") { stage in
            try stage.done(XFRMRequest.policy().replacing(96, with: le(UInt64(1))).mark(1, 0xff))
            stage.kernel.wait(seconds: 3)
            let news = try stage.all(on: stage.ears)
            try stage.equal(news.map(\.type), [.policyExpire], "news")
            try stage.equal(news[0].number(168, 1), 1, "hard")
            try stage.require(news[0].has(5) && news[0].has(21), "no template, or no mark")
            try stage.equal(try stage.dumped(XFRMStage.allPolicies).count, 0, "policies")
        },
    ]

    static let losses: [XFRMScenario] = [
        XFRMScenario("a full socket tells the loss once, and takes nothing more until it has been read") { stage in
            stage.kernel.setReceiveLimit(4608, of: stage.ears)
            for spi: UInt32 in 1...20 { try stage.send(XFRMRequest.sa(spi: 0x1000 + spi)) }
            _ = try stage.all()
            var buffer = [UInt8](repeating: 0, count: 1 << 15)
            try stage.equal(
                stage.kernel.receive(on: stage.ears, into: &buffer), .failed(.noBuffers), "the first reception")
            let heard = try stage.all(on: stage.ears)
            try stage.require(heard.count >= 2 && heard.count < 20, "\(heard.count) messages")
            try stage.equal(heard.map(\.spi), (1...UInt64(heard.count)).map { 0x1000 + $0 }, "the oldest")
            try stage.equal(stage.kernel.receive(on: stage.ears, into: &buffer), .empty, "the last reception")
            try stage.equal(try stage.done(XFRMRequest.sa(spi: 0x2000)).count, 1, "news")
        }
    ]
}
