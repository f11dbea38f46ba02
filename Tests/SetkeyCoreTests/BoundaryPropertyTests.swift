import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// A day of boundaries in accelerated time: at each the kernel has what is declared, and nothing foreign is touched.
struct BoundaryPropertyTests: Scheduling {
    /// Declarations that begin and end at random within a day, of names that come several times.
    private static func file(_ random: inout some RandomNumberGenerator) -> String {
        var text = ""
        for number in 1...60 {
            // The times of one name in turn.
            var moments = Set(
                (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 1..<86_400, using: &random) }
            )
            .sorted()
            if Bool.random(using: &random) { moments.insert(-5, at: 0) }
            while moments.count >= 2 {
                let (from, until) = (moments.removeFirst(), moments.removeFirst())
                let life = Bool.random(using: &random) ? "" : "-bh \(Int.random(in: 1000..<9000, using: &random))"
                text +=
                    number % 3 == 0
                    ? policy(number, from: from, until: until, Bool.random(using: &random) ? "none" : "discard")
                    : association(number, from: from, until: until, life)
            }
            if let from = moments.first {
                text += number % 3 == 0 ? policy(number, from: from) : association(number, from: from)
            }
        }
        return text + association(100) + policy(100)
    }

    @Test(arguments: [Machine.Door.pfKey, .xfrm]) func atEachOfAThousandBoundariesNothingIsLeftToDo(
        _ door: Machine.Door
    ) throws {
        var random = SystemRandomNumberGenerator()
        var boundaries = 0
        while boundaries < 1000 {
            var machine = Machine.started(on: door, file: Self.file(&random))
            machine.foreignRun(Texts.foreign)
            machine.settle()
            while let next = machine.clockCall?.at {
                machine.pass(to: next)
                boundaries += 1
                #expect(machine.plan.isEmpty)
                #expect(machine.daemon.inForce.moment == next || machine.daemon.inForce.nextChange ?? .max > next)
                let whole = machine.daemon.inForce.at(next)
                #expect(machine.contents.associations.count == whole.associations.count + 1)
                #expect(machine.contents.policies.count == whole.policies.count)
                #expect(try machine.askStatus().settled)
                // Now and then the daemon is killed, and another one goes on.
                if Int.random(in: 0..<40, using: &random) == 0 { machine.restart() }
            }
        }
    }
}
