import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// Figures: what they say, of what they are made, and what they cost.
@Suite struct MetricsTests: Doctoring {
    private func texts(_ machine: Machine, of client: ClientID = Machine.nobody) -> [String] {
        var texts: [String] = []
        var isNew = true
        for (whose, reply, continues) in machine.replies where whose == client {
            guard case .metrics(let part) = reply else { continue }
            if isNew { texts.append("") }
            texts[texts.count - 1] += part.text.string
            isNew = !continues
        }
        return texts
    }

    private func call(each: Bool = false) -> Call {
        var parameters = MetricsParameters()
        if each { parameters.perAssociation = true }
        return .metrics(parameters)
    }

    private func figures(_ machine: inout Machine, each: Bool = false) throws -> OpenMetricsText {
        machine.replies = []
        machine.post(.called(Machine.nobody, call(each: each)))
        return try OpenMetricsText(try #require(texts(machine).first))
    }

    @Test(arguments: [Machine.Door.pfKey, .xfrm]) func theyAreAllOfTheTableAndAddUp(by door: Machine.Door) throws {
        var machine = Machine.started(on: door, file: Self.tunnel + Self.associations)
        let figures = try figures(&machine, each: true)
        let table = Dictionary(uniqueKeysWithValues: MetricFamily.all.map { ($0.name, $0) })
        for family in figures.families {
            let row = try #require(table[family.name])
            #expect(family.type == row.kind.rawValue && family.unit == row.unit && family.help == row.help)
            for sample in family.samples {
                #expect(Set(sample.labels.keys) == Set(row.labels.prefix(sample.labels.count)), "\(sample)")
                #expect(row.labels.isEmpty == sample.labels.isEmpty)
            }
        }
        #expect(figures.value("setkeyd_up") == 1)
        #expect(figures.value("setkeyd_in_force") == 1)
        #expect(figures.value("setkeyd_declared", ["database": "policies"]) == 3)
        #expect(figures["setkeyd_associations"].reduce(0) { $0 + $1.value } == 2)
        #expect(figures.value("setkeyd_associations", ["owner": "declared", "state": "mature"]) == 2)
        #expect(figures.value("setkeyd_policies", ["owner": "declared", "direction": "fwd"]) == 1)
        #expect(figures.value("setkeyd_tunnels") == 2)
        #expect(figures.value("setkeyd_reloads_total", ["outcome": "done"]) == 1)
        // What PF_KEY does not tell is not said to be 0.
        #expect(figures["setkeyd_tunnel_integrity_failures_total"].isEmpty == (door == .pfKey))
        #expect(figures["setkeyd_association_sequence_numbers_left"].count == (door == .pfKey ? 0 : 2))
        #expect(Set(figures["setkeyd_association_info"].map(\.labels["spi"])) == ["0x1001", "0x1002"])
    }

    @Test func eachSAIsToldOfOnlyWhereThatIsAskedFor() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel + Self.associations)
        let figures = try figures(&machine)
        #expect(!figures.families.contains { $0.name.hasPrefix("setkeyd_association_") })
        #expect(figures["setkeyd_associations_omitted"].isEmpty)
    }

    @Test func larvalSAsAreNoTunnels() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel + Self.associations)
        _ = try machine.run("getspi 192.0.2.1 203.0.113.1 esp 0x1003 ;")
        let figures = try figures(&machine)
        #expect(figures.value("setkeyd_associations", ["owner": "foreign", "state": "larval"]) == 1)
        #expect(figures.value("setkeyd_tunnels") == 2)
        #expect(figures["setkeyd_tunnel_associations"].count == 2)
    }

    @Test func noKeyIsAmongThem() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel + Self.associations)
        machine.post(.called(Machine.root, call(each: true)))
        let text = try #require(texts(machine, of: Machine.root).first).lowercased()
        for key in [Self.key, Self.otherKey] { #expect(!text.contains(key.dropFirst(2).prefix(16))) }
    }

    @Test func whatIsMissingForeignAndExpiredIsCounted() throws {
        var machine = Machine.started(
            on: .xfrm, file: Self.tunnel + Self.associations.replacingFirst("-m tunnel", by: "-m tunnel -lh 4"))
        machine.pass(seconds: 60)
        let figures = try figures(&machine)
        #expect(figures.value("setkeyd_expired", ["database": "associations"]) == 1)
        #expect(figures.value("setkeyd_missing", ["database": "associations"]) == 0)
        #expect(figures.value("setkeyd_associations", ["owner": "declared", "state": "mature"]) == 1)
    }

    // MARK: What they cost

    @Test func aScrapeOftenCostsNoDump() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel + Self.associations)
        machine.pass(seconds: 60)
        machine.post(.called(Machine.nobody, call()))
        let dumps = machine.dumps
        for _ in 0..<9 {
            machine.nanoseconds += 100_000_000
            machine.post(.called(Machine.nobody, call()))
            machine.post(.called(Machine.nobody, call(each: true)))
        }
        #expect(machine.dumps == dumps)
        #expect(texts(machine).count == 19)
        machine.pass(seconds: 2)
        machine.post(.called(Machine.nobody, call()))
        #expect(machine.dumps > dumps)
    }

    @Test func manyAtOnceGetOneMeasurement() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel + Self.associations)
        machine.pass(seconds: 60)
        let dumps = machine.dumps
        let clients = (100..<UInt32(300)).map { ClientID(rawValue: $0) }
        for client in clients {
            machine.queue(.connected(client, Peer(uid: 65534, gid: 65534, pid: 600, access: .reading)))
            machine.queue(.called(client, call()))
        }
        machine.settle()
        for client in clients { #expect(texts(machine, of: client).count == 1) }
        #expect(machine.dumps <= dumps + 2)
    }

    @Test func theKernelIsNotAskedBesideAReload() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel + Self.associations)
        machine.pass(seconds: 60)
        machine.isReadingSlow = true
        machine.post(.reloadRequested)
        let dumps = machine.dumps
        machine.post(.called(Machine.nobody, call()))
        let text = try OpenMetricsText(try #require(texts(machine).first))
        #expect(machine.dumps == dumps)
        #expect((text.value("setkeyd_kernel_read_age_seconds", ["database": "associations"]) ?? 0) >= 60)
    }

    @Test func whoeverLeavesWaitsNoLonger() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel)
        machine.queue(.called(Machine.nobody, call()))
        machine.queue(.disconnected(Machine.nobody))
        machine.settle()
        #expect(texts(machine).isEmpty)
        machine.post(.called(Machine.root, call()))
        #expect(texts(machine, of: Machine.root).count == 1)
    }

    @Test func aKernelThatTellsNothingIsSaid() throws {
        var machine = Machine.started(file: Self.tunnel)
        machine.pass(seconds: 60)
        machine.kernel.faults = FaultPlan([FaultPlan.Fault(.refuse(.operationNotPermitted), on: .dump)])
        machine.post(.called(Machine.root, call()))
        #expect(machine.errors.contains { $0.client == Machine.root })
        #expect(texts(machine, of: Machine.root).isEmpty)
    }

    @Test func repairsAndFailedReloadsAreCounted() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel + Self.associations)
        machine.file = "nonsense ;"
        machine.post(.reloadRequested)
        let figures = try figures(&machine)
        #expect(figures.value("setkeyd_reloads_total", ["outcome": "failed"]) == 1)
        #expect(figures.value("setkeyd_last_reload_done") == 0)
        #expect(figures.value("setkeyd_repairs_total") == 0)
    }
}
