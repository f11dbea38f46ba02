import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// From any kernel content and any file: the reload settles, a second plan is empty, and foreign entries are untouched.
struct PlanPropertyTests {
    /// A statement about one of a few identities, with one of a few values, so that files and kernels overlap.
    private static func association(_ number: Int, _ random: inout SplitMix) -> String {
        let mode = ["transport", "tunnel"].randomElement(using: &random) ?? "tunnel"
        let key = Int.random(in: 0..<3, using: &random)
        let lifetime = ["", " -lh 100", " -lh 200 -ls 150", " -bh 1000 -lh 7"].randomElement(using: &random) ?? ""
        let reqid = Int.random(in: 0..<3, using: &random)
        return "add 10.0.0.\(number % 7 + 1) 10.0.1.\(number % 5 + 1) esp \(0x1000 + number) -m \(mode) -u \(reqid)"
            + "\(lifetime) -E aes-cbc 0x0\(key)112233445566778899aabbccddeeff"
            + " -A hmac-sha1 0x00112233445566778899aabbccddeeff0011223\(key) ;\n"
    }

    private static func policy(_ number: Int, _ random: inout SplitMix) -> String {
        let actions = [
            "discard", "none", "prio high + 5 none", "ipsec esp/transport//require", "ipsec esp/transport//default",
            "ipsec esp/tunnel/10.0.0.1-10.0.0.2/unique:7 ah/transport//use", "ipsec esp/transport//unique",
        ]
        let direction = ["in", "out", "fwd"][number % 3]
        var action = actions.randomElement(using: &random) ?? "none"
        if direction != "out", action.contains("tunnel") { action = "none" }
        return "spdadd 10.9.\(number).0/24[\(number % 2 * 80)] 10.8.0.0/16 tcp -P \(direction) \(action) ;\n"
    }

    private static func text(_ numbers: Range<Int>, _ random: inout SplitMix) -> String {
        var text = ""
        for number in numbers {
            if Bool.random(using: &random) { text += association(number, &random) }
            if Bool.random(using: &random) { text += policy(number, &random) }
        }
        return text
    }

    @Test(arguments: 0..<60) func aReloadSettlesFromAnywhere(round: UInt64) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed: seed)
        var machine = Machine(file: Self.text(0..<20, &random))
        // What is there before: some of it the file's identities with other values, some of it foreign.
        machine.foreignRun(Self.text(10..<30, &random))
        let before = machine.truth()
        machine.start()
        #expect(machine.isReady == true, "seed \(seed): \(machine.log.map(\.message))")
        expectTruth(&machine, seed)

        let declared = machine.declared
        #expect(declared.associations.isSubset(of: machine.truth().associations.map(\.identity)), "seed \(seed)")
        #expect(declared.associations.count + declared.policies.count > 0 && !before.associations.isEmpty)
        let foreign = before.associations.filter { !declared.associations.contains($0.identity) }
        #expect(foreign.isSubset(of: machine.truth().associations), "seed \(seed)")

        // Another file over it: what the first declared and the second does not is gone, nothing else is.
        machine.file = Self.text(5..<25, &random)
        machine.writes = []
        machine.post(.reloadRequested)
        expectTruth(&machine, seed)
        #expect(foreign.filter { !isDeclared($0, machine) }.isSubset(of: machine.truth().associations), "seed \(seed)")
        machine.writes = []
        machine.post(.reloadRequested)
        #expect(machine.writes.isEmpty, "seed \(seed): \(machine.writes.map(\.phrase))")
    }

    /// Statements of distinct identities, in whatever order: the kernel ends up with the same entries.
    @Test(arguments: 0..<30) func theOrderOfTheStatementsDoesNotMatter(round: UInt64) {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed: seed)
        let lines = Self.text(0..<25, &random).split(separator: "\n").map { "\($0)\n" }
        let before = Self.text(10..<30, &random)
        var outcomes: [KernelContents] = []
        for _ in 0..<3 {
            var machine = Machine(file: lines.shuffled(using: &random).joined())
            machine.foreignRun(before)
            machine.start()
            #expect(machine.isReady == true, "seed \(seed)")
            outcomes.append(machine.contents.withoutDrawnNumbers)
        }
        #expect(outcomes[0] == outcomes[1] && outcomes[0] == outcomes[2], "seed \(seed)")
    }

    /// A plan touches what differs and nothing else: an entry that is as declared is not in it.
    @Test(arguments: 0..<30) func aPlanIsMinimal(round: UInt64) {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed: seed)
        let text = Self.text(0..<20, &random)
        var machine = Machine(file: text)
        machine.foreignRun(text)
        machine.foreignRun(Self.text(20..<25, &random))
        machine.foreignRun("spddelete 10.9.3.0/24[80] 10.8.0.0/16 tcp -P in ;")
        machine.start()
        let isDeclared = text.contains("10.9.3.0/24[80]")
        #expect(machine.writes.count == (isDeclared ? 1 : 0), "seed \(seed): \(machine.writes.map(\.phrase))")
    }

    private func isDeclared(_ association: SecurityAssociation, _ machine: Machine) -> Bool {
        machine.daemon.inForce.associations.contains(association.identity)
    }

    /// The mirror is what the kernel has, and a plan from it is empty.
    private func expectTruth(_ machine: inout Machine, _ seed: UInt64) {
        let truth = machine.truth()
        #expect(machine.mirrored.associations == truth.associations, "seed \(seed)")
        #expect(Set(machine.mirrored.policies.map(\.identity)) == Set(truth.policies.map(\.identity)), "seed \(seed)")
        let plan = machine.plan
        #expect(plan.isEmpty, "seed \(seed): \(plan.steps.map { "\($0.phrase): \($0.reason)" })")
    }
}
