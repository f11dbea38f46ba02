import IPsec
import KernelBackends

extension XFRMScenario {
    static let doors: [XFRMScenario] = [
        XFRMScenario("what NEWSA makes PF_KEY tells, with the requester's numbers", withPFKey: true) { stage in
            try stage.done(
                XFRMRequest(.newSA).with(XFRMRequest.info(mode: 1, reqID: 9)).cipher("cbc(aes)", bits: 128)
                    .integrity("hmac(sha256)", bits: 256, icv: 96))
            let heard = try stage.heardByPFKey()
            try stage.equal(heard.map(\.type), [.add], "types")
            try stage.equal([heard[0].spi, heard[0].mode, heard[0].reqID], [0x1001, 2, 9], "SA")
            try stage.equal([heard[0].integrity, heard[0].encryption], [5, 12], "algorithms")
            try stage.equal([heard[0].sequence, heard[0].processID], [7, 4711], "seq and pid")
            try stage.equal(heard[0].field(.encryptionKey, 8, 16), Array(repeating: 0xa5, count: 16), "key")
        },
        XFRMScenario("what PF_KEY adds XFRM tells, with the requester's numbers", withPFKey: true) { stage in
            guard let bob = stage.bob else { return }
            _ = stage.kernel.send(Sample.esp().association2(mode: 2, reqID: 99).bytes, from: bob)
            let news = try stage.all(on: stage.ears)
            try stage.equal(news.map(\.type), [.newSA], "types")
            try stage.equal([news[0].spi, news[0].mode, news[0].reqID, news[0].window], [0x1001, 1, 99, 4], "SA")
            try stage.equal(
                [news[0].value(20, 64), news[0].value(20, 68), news[0].value(2, 64)], [256, 96, 128], "keys")
            try stage.equal([news[0].sequence, news[0].portID], [7, 4711], "seq and pid")
            try stage.equal(
                try stage.answered(XFRMRequest.reference(.getSA)).attribute(2), news[0].attribute(2), "cipher")
        },
        XFRMScenario("an entry of one door is EEXIST at the other, and is deleted by either", withPFKey: true) {
            stage in
            guard let bob = stage.bob else { return }
            _ = stage.kernel.send(Sample.esp().bytes, from: bob)
            _ = try stage.all(on: stage.ears)
            try stage.refused(XFRMRequest.sa(), .exists)
            _ = try stage.heardByPFKey()
            try stage.done(XFRMRequest.reference(.deleteSA))
            try stage.equal(try stage.heardByPFKey().map(\.type), [.delete], "types")
            try stage.done(XFRMRequest.policy())
            _ = try stage.heardByPFKey()
            _ = stage.kernel.send(Sample.policy().bytes, from: bob)
            try stage.equal(try stage.heardByPFKey().map(\.errno), [17], "errnos")
        },
        XFRMScenario("PF_KEY tells a combined-mode cipher without algorithm and key", withPFKey: true) { stage in
            try stage.done(
                XFRMRequest(.newSA).with(XFRMRequest.info()).combined("rfc4106(gcm(aes))", bits: 160, icv: 128))
            let heard = try stage.heardByPFKey()
            try stage.equal(heard.map { [$0.integrity, $0.encryption] }, [[0, 0]], "algorithms")
            try stage.require(!heard[0].has(.encryptionKey) && !heard[0].has(.integrityKey), "a key")
        },
        XFRMScenario("PF_KEY tells an SA with a mark, and does not find it", withPFKey: true) { stage in
            guard let bob = stage.bob else { return }
            try stage.done(XFRMRequest.sa().mark(1, 0xff))
            try stage.equal(try stage.heardByPFKey().map(\.type), [.add], "types")
            _ = stage.kernel.send(Sample.reference(.get).bytes, from: bob)
            try stage.equal(try stage.heardByPFKey().map(\.errno), [3], "errnos")
        },
        XFRMScenario("templates of PF_KEY have no masks of algorithms at XFRM", withPFKey: true) { stage in
            guard let bob = stage.bob else { return }
            _ = stage.kernel.send(Sample.policy().bytes, from: bob)
            let news = try stage.all(on: stage.ears)
            try stage.equal(news.map(\.type), [.newPolicy], "types")
            try stage.equal(news[0].attribute(5), XFRMRequest.template(masks: 0), "template")
            try stage.equal(news[0].field(0, 56), XFRMRequest.selector(), "selector")
        },
        XFRMScenario("a deletion by number of one door is one by number at the other", withPFKey: true) { stage in
            let index = try stage.told(XFRMRequest.policy()).index
            _ = try stage.heardByPFKey()
            try stage.done(XFRMRequest.policyReference(.deletePolicy, index: index))
            try stage.equal(try stage.heardByPFKey().map(\.type), [.spdDeleteByIndex], "types")
        },
        XFRMScenario("a flush of one door is told at the other", withPFKey: true) { stage in
            guard let bob = stage.bob else { return }
            try stage.done(XFRMRequest.sa())
            try stage.done(XFRMRequest.policy())
            _ = try stage.heardByPFKey()
            _ = stage.kernel.send(Request(.flush).bytes, from: bob)
            try stage.equal(try stage.all(on: stage.ears).map { [$0.number(0, 1)] }, [[255]], "protocols")
            _ = try stage.heardByPFKey()
            try stage.done(XFRMRequest(.flushPolicies))
            try stage.equal(try stage.heardByPFKey().map(\.type), [.spdFlush], "types")
        },
    ]
}
