import IPsec
import KernelBackends

extension Sample {
    static let network = IPAddress(ipv4: 0x0a15_0000)
    static let otherNetwork = IPAddress(ipv4: 0x0a16_0000)

    /// A policy between two networks; ESP in transport mode unless it says otherwise.
    static func policy(
        _ type: PFKeyMessageType = .spdAdd, direction: UInt8 = 2, priority: UInt32 = 5, action: UInt16 = 2,
        transforms: [[UInt8]] = [Request.transform()]
    ) -> Request {
        Request(type).address(.source, network, prefix: 24, nextLayer: 255)
            .address(.destination, otherNetwork, prefix: 24, nextLayer: 255)
            .policy(type: action, direction: direction, priority: priority, transforms)
    }

    static func byID(_ type: PFKeyMessageType, _ id: UInt32, direction: UInt8 = 0) -> Request {
        Request(type).policy(type: 0, direction: direction, id: id)
    }
}

extension Scenario {
    static let policies: [Scenario] = [
        Scenario("SPDADD is a broadcast in the kernel's order, with 3 references") { stage in
            let answer = try stage.broadcast(Sample.policy())
            try stage.equal(answer.extensions, [5, 6, 3, 4, 2, 18], "extensions")
            try stage.equal(answer.reserved, 3, "references")
            try stage.equal(answer.saType, .unspecified, "SA type")
            try stage.equal(answer.bytes.count, 192, "bytes")
            try stage.equal([answer.policyType, answer.policyDirection, answer.policyPriority], [2, 2, 5], "policy")
            try stage.equal(answer.policyID & 7, 1, "direction in the id")
            try stage.equal(answer.field(.source, 4, 12), [255, 24, 0, 0, 2, 0, 0, 0, 10, 21, 0, 0], "source")
        },
        Scenario("a tunnel shows its ends, transport and beet do not") { stage in
            let ends = (Sample.source, Sample.destination)
            let tunnel = try stage.broadcast(
                Sample.policy(direction: 2, transforms: [Request.transform(mode: 2, ends)]))
            try stage.equal(tunnel.bytes.count, 224, "bytes")
            try stage.equal(tunnel.transform(at: 0).length, 48, "length")
            let transport = try stage.broadcast(
                Sample.policy(direction: 1, transforms: [Request.transform(mode: 1, ends)]))
            try stage.equal(transport.transform(at: 0).length, 16, "length")
            let beet = try stage.broadcast(Sample.policy(direction: 3, transforms: [Request.transform(mode: 3, ends)]))
            try stage.equal([beet.transform(at: 0).length, beet.transform(at: 0).mode], [16, 3], "beet")
        },
        Scenario("a tunnel over IPv6 has a request of 72 bytes") { stage in
            let tunnel = Request.transform(mode: 2, (Sample.source6, Sample.destination6))
            let answer = try stage.broadcast(Sample.policy(transforms: [Request.transform(51), tunnel]))
            try stage.equal(answer.transform(at: 0).length, 16, "length")
            try stage.equal(answer.transform(at: 16).length, 72, "length")
        },
        Scenario("transport behind a tunnel of another family makes the kernel tell a wrong length") { stage in
            let tunnel = Request.transform(mode: 2, (Sample.source6, Sample.destination6))
            try stage.send(Sample.policy(transforms: [tunnel, Request.transform(51)]))
            guard let bytes = stage.kernel.receive(on: stage.alice) else { throw ScenarioFailure("no message") }
            try stage.equal(bytes.count, 264, "bytes")
            try stage.equal(8 * (Int(bytes[4]) + Int(bytes[5]) << 8), 240, "bytes by the header")
        },
        Scenario("SPDADD of an existing selector is EEXIST, whatever the priority") { stage in
            try stage.broadcast(Sample.policy())
            try stage.refused(Sample.policy(), .exists)
            try stage.refused(Sample.policy(priority: 77, action: 0, transforms: []), .exists)
        },
        Scenario("direction, host bits, protocol and ports make another policy") { stage in
            try stage.broadcast(Sample.policy())
            try stage.broadcast(Sample.policy(direction: 1))
            try stage.broadcast(Sample.policy(direction: 3))
            func variant(_ source: IPAddress, nextLayer: UInt8, port: UInt16) -> Request {
                Request(.spdAdd).address(.source, source, prefix: 24, nextLayer: nextLayer, port: port)
                    .address(.destination, Sample.otherNetwork, prefix: 24, nextLayer: nextLayer)
                    .policy(type: 1, direction: 2)
            }
            try stage.broadcast(variant(IPAddress(ipv4: 0x0a15_004d), nextLayer: 255, port: 0))
            try stage.broadcast(variant(Sample.network, nextLayer: 17, port: 0))
            try stage.broadcast(variant(Sample.network, nextLayer: 17, port: 53))
            try stage.refused(variant(Sample.network, nextLayer: 0, port: 0), .exists)
        },
        Scenario("the destination's protocol counts, 0 is any, and ports are shown") { stage in
            let request = Request(.spdAdd).address(.source, Sample.network, prefix: 24, nextLayer: 6, port: 1000)
                .address(.destination, Sample.otherNetwork, prefix: 24, nextLayer: 17, port: 2000)
                .policy(type: 1, direction: 2)
            let answer = try stage.broadcast(request)
            try stage.equal(answer.field(.source, 4, 6), [17, 24, 0, 0, 2, 0], "source")
            try stage.equal(answer.field(.source, 10, 2), be(UInt16(1000)), "port")
            try stage.equal(answer.field(.destination, 10, 2), be(UInt16(2000)), "port")
        },
        Scenario("ipsec without requests is none") { stage in
            let answer = try stage.broadcast(Sample.policy(transforms: []))
            try stage.equal(answer.policyType, 1, "type")
        },
        Scenario("discard and none are kept") { stage in
            try stage.equal(
                try stage.broadcast(Sample.policy(direction: 1, action: 0, transforms: [])).policyType, 0, "type")
            try stage.equal(
                try stage.broadcast(Sample.policy(direction: 2, action: 1, transforms: [])).policyType, 1, "type")
        },
        Scenario("types above 2 and directions 0, 4 and 5 are EINVAL") { stage in
            for action: UInt16 in [3, 4, 9] {
                try stage.refused(Sample.policy(action: action, transforms: []), .invalidArgument)
            }
            for direction: UInt8 in [0, 4, 5] {
                try stage.refused(Sample.policy(direction: direction), .invalidArgument)
                try stage.refused(Sample.policy(.spdDelete, direction: direction), .invalidArgument)
            }
        },
        Scenario("missing extensions are EINVAL") { stage in
            for type in [PFKeyMessageType.spdAdd, .spdUpdate, .spdSetIndex, .spdDelete] {
                try stage.refused(Request(type).ends(Sample.source, Sample.destination), .invalidArgument)
                try stage.refused(
                    Request(type).address(.source, Sample.source).policy(type: 1, direction: 2), .invalidArgument)
                try stage.refused(
                    Request(type).ends(Sample.source, Sample.destination6).policy(type: 1, direction: 2),
                    .invalidArgument)
            }
        },
        Scenario("six transforms are taken, the seventh is ELOOP") { stage in
            let transforms = Array(repeating: Request.transform(), count: 7)
            try stage.refused(Sample.policy(transforms: transforms), .tooManyLinks)
            try stage.broadcast(Sample.policy(transforms: Array(transforms.dropFirst())))
        },
        Scenario("a transform of mode 0 or 4, or of another protocol, is EINVAL") { stage in
            for mode: UInt8 in [0, 4] {
                try stage.refused(Sample.policy(transforms: [Request.transform(mode: mode)]), .invalidArgument)
            }
            for number: UInt16 in [0, 6, 17, 255, 300] {
                try stage.refused(Sample.policy(transforms: [Request.transform(number)]), .invalidArgument)
            }
            for (number, direction) in [(UInt16(43), UInt8(1)), (60, 2)] {
                try stage.broadcast(Sample.policy(direction: direction, transforms: [Request.transform(number)]))
            }
        },
        Scenario("a tunnel without ends, or with a request of a wrong length, is EINVAL") { stage in
            try stage.refused(Sample.policy(transforms: [Request.transform(mode: 2)]), .invalidArgument)
            try stage.refused(Sample.policy(transforms: [Request.transform(length: 8)]), .invalidArgument)
            try stage.refused(Sample.policy(transforms: [Request.transform(length: 64)]), .invalidArgument)
            try stage.refused(
                Sample.policy(transforms: [Request.transform(mode: 2, (Sample.source, Sample.destination6))]),
                .invalidArgument)
        },
        Scenario("a tunnel of level use is EINVAL outbound and fine inbound") { stage in
            let ends = (Sample.source, Sample.destination)
            try stage.refused(Sample.policy(transforms: [Request.transform(mode: 2, level: 1, ends)]), .invalidArgument)
            try stage.refused(Sample.policy(transforms: [Request.transform(mode: 3, level: 1)]), .invalidArgument)
            let answer = try stage.broadcast(
                Sample.policy(direction: 1, transforms: [Request.transform(mode: 2, level: 1, ends)]))
            try stage.equal(answer.transform(at: 0).level, 1, "level")
        },
        Scenario("levels: default is require, require loses its reqid, unique keeps it") { stage in
            func level(_ stage: inout Stage, _ direction: UInt8, _ level: UInt8, _ reqID: UInt32) throws -> [UInt64] {
                let transform = Request.transform(level: level, reqID: reqID)
                let answer = try stage.broadcast(Sample.policy(direction: direction, transforms: [transform]))
                return [answer.transform(at: 0).level, answer.transform(at: 0).reqID]
            }
            try stage.equal(try level(&stage, 1, 0, 9), [2, 0], "default")
            try stage.equal(try level(&stage, 2, 2, 9), [2, 0], "require")
            try stage.equal(try level(&stage, 3, 3, 16383), [3, 16383], "unique")
        },
        Scenario("unique without a reqid, or with one above 16383, draws one from 16384") { stage in
            let first = try stage.broadcast(Sample.policy(direction: 1, transforms: [Request.transform(level: 3)]))
            let second = try stage.broadcast(
                Sample.policy(direction: 2, transforms: [Request.transform(level: 3, reqID: 40000)]))
            let (one, two) = (first.transform(at: 0), second.transform(at: 0))
            try stage.equal([one.level, two.level], [3, 3], "levels")
            try stage.require(one.reqID >= 16384, "reqid \(one.reqID)")
            try stage.equal(two.reqID, one.reqID + 1, "the next reqid")
        },
        Scenario("limits of a policy need no partner") { stage in
            let answer = try stage.broadcast(Sample.policy().lifetime(.hardLifetime, addTime: 600))
            try stage.equal(answer.lifetime(.hardLifetime), [0, 0, 600, 0], "hard")
            try stage.equal(answer.lifetime(.softLifetime), [0, 0, 0, 0], "soft")
        },
    ]

    static let policyAnswers: [Scenario] = [
        Scenario("SPDUPDATE makes a policy that is not there") { stage in
            let answer = try stage.broadcast(Sample.policy(.spdUpdate))
            try stage.equal(answer.reserved, 3, "references")
            try stage.refused(Sample.policy(), .exists)
        },
        Scenario("SPDUPDATE replaces, keeps the id and moves the policy to the head") { stage in
            let first = try stage.broadcast(Sample.policy())
            try stage.broadcast(Sample.policy(direction: 1))
            let updated = try stage.broadcast(Sample.policy(.spdUpdate, priority: 99, action: 0, transforms: []))
            try stage.equal(updated.policyID, first.policyID, "id")
            let records = try stage.dumped(Request(.spdDump))
            try stage.equal(records.map(\.policyDirection), [2, 1], "order")
            try stage.equal([records[0].policyPriority, records[0].policyType], [99, 0], "policy")
        },
        Scenario("SPDSETIDX is SPDADD, and is told as such") { stage in
            try stage.broadcast(Sample.policy(.spdSetIndex), as: .spdAdd)
            try stage.refused(Sample.policy(.spdSetIndex), .exists)
        },
        Scenario("ids go in steps of 8, and name the direction in their lowest bits") { stage in
            let ids = try [UInt8(1), 2, 3].map { try stage.broadcast(Sample.policy(direction: $0)).policyID }
            try stage.equal(ids.map { $0 & 7 }, [0, 1, 2], "directions")
            try stage.require(ids[1] / 8 - ids[0] / 8 <= 1, "ids \(ids)")
            try stage.equal(ids[2] / 8 - ids[1] / 8, 1, "step")
        },
        Scenario("an id in a request is ignored") { stage in
            let answer = try stage.broadcast(
                Request(.spdAdd).ends(Sample.source, Sample.destination).policy(type: 1, direction: 2, id: 0x7fff_fff1))
            try stage.require(answer.policyID != 0x7fff_fff1, "the id asked for")
        },
        Scenario("SPDDELETE wants the exact selector and direction, and tells the policy with one reference") { stage in
            try stage.broadcast(Sample.policy())
            try stage.refused(Sample.policy(.spdDelete, direction: 1), .noEntry)
            try stage.refused(
                Request(.spdDelete).ends(Sample.network, Sample.otherNetwork).policy(type: 2, direction: 2), .noEntry)
            let deleted = try stage.broadcast(Sample.policy(.spdDelete, priority: 0, action: 0, transforms: []))
            try stage.equal(deleted.reserved, 1, "references")
            try stage.equal([deleted.policyType, deleted.policyPriority], [2, 5], "policy")
            try stage.refused(Sample.policy(.spdDelete), .noEntry)
        },
        Scenario("SPDGET and SPDDELETE2 go by the id alone") { stage in
            let id = try stage.broadcast(Sample.policy()).policyID
            let got = try stage.answered(Sample.byID(.spdGet, id, direction: 1))
            try stage.equal([got.policyDirection, got.policyPriority], [2, 5], "policy")
            try stage.refused(Sample.byID(.spdGet, id + 8000), .noEntry)
            try stage.refused(Sample.byID(.spdGet, id & ~7), .noEntry)
            try stage.refused(Sample.byID(.spdGet, id | 7), .invalidArgument)
            try stage.refused(Sample.byID(.spdDeleteByIndex, 3), .invalidArgument)
            try stage.refused(Request(.spdGet), .invalidArgument)
            let deleted = try stage.broadcast(Sample.byID(.spdDeleteByIndex, id))
            try stage.equal(deleted.policyID, id, "id")
            try stage.refused(Sample.byID(.spdDeleteByIndex, id), .noEntry)
        },
        Scenario("an SPD dump is newest first and ends with 0, whatever the priorities") { stage in
            try stage.broadcast(Sample.policy(direction: 1, priority: 1))
            try stage.broadcast(Sample.policy(direction: 2, priority: 9))
            try stage.broadcast(Sample.policy(direction: 3, priority: 5))
            let records = try stage.dumped(Request(.spdDump))
            try stage.equal(records.map(\.policyPriority), [5, 9, 1], "priorities")
            try stage.equal(records.map(\.sequence), [1, 2, 0], "sequence numbers")
            try stage.require(records.allSatisfy { $0.processID == 4711 && $0.saType == .unspecified }, "header")
        },
        Scenario("references are 2 in the first second, and 1 later unless a time limit counts") { stage in
            let plain = try stage.broadcast(Sample.policy(direction: 1)).policyID
            let limited = try stage.broadcast(Sample.policy(direction: 2).lifetime(.hardLifetime, addTime: 600))
                .policyID
            try stage.equal(try stage.dumped(Request(.spdDump)).map(\.reserved), [2, 2], "at once")
            stage.kernel.wait(seconds: 2.5)
            try stage.equal(try stage.dumped(Request(.spdDump)).map(\.reserved), [2, 1], "later")
            try stage.equal(try stage.answered(Sample.byID(.spdGet, plain)).reserved, 2, "SPDGET holds one")
            try stage.equal(try stage.answered(Sample.byID(.spdGet, limited)).reserved, 3, "SPDGET holds one")
        },
        Scenario("a security context is accepted, and not kept without a module that wants it") { stage in
            let answer = try stage.broadcast(Sample.policy().with(.securityContext, [1, 1, 4, 0, 97, 98, 99, 0]))
            try stage.require(!answer.has(.securityContext), "a context")
        },
    ]
}
