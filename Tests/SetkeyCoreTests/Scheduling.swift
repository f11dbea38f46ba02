import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport

@testable import SetkeyCore

/// What tests of declarations that hold for a time have in common.
protocol Scheduling {}

extension Scheduling {
    /// When a machine of a test begins, in seconds since 1970.
    static var begin: Int { 1_000_000 }

    /// An SA, by its number, that holds from so many seconds after the beginning until so many.
    static func association(_ number: Int, from: Int? = nil, until: Int? = nil, _ clauses: String = "") -> String {
        Texts.association(1000 + number, clauses + times(from, until))
    }

    /// A policy that does.
    static func policy(_ number: Int, from: Int? = nil, until: Int? = nil, _ action: String = "none") -> String {
        "spdadd 10.9.\(number).0/24 10.8.0.0/16 any\(times(from, until)) -P out \(action) ;\n"
    }

    private static func times(_ from: Int?, _ until: Int?) -> String {
        (from.map { " -from \(CalendarTime(begin + $0))" } ?? "")
            + (until.map { " -until \(CalendarTime(begin + $0))" } ?? "")
    }

    /// The numbers of the SAs that the kernel has; of foreign ones their SPIs.
    func spis(_ machine: Machine) -> [UInt32] {
        contents(of: machine).associations.map { association in
            let spi = association.identity.spi.rawValue
            return (1000..<2000).contains(spi) ? spi - 1000 : spi
        }.sorted()
    }

    /// How many policies the kernel has.
    func policyCount(_ machine: Machine) -> Int { contents(of: machine).policies.count }

    private func contents(of machine: Machine) -> KernelContents {
        var machine = machine
        return machine.contents
    }

    func reload(_ machine: inout Machine, confirm seconds: Int? = nil) {
        var parameters = ReloadParameters()
        parameters.confirmSeconds = seconds
        machine.replies = []
        machine.errors = []
        machine.post(.called(Machine.root, .reload(parameters)))
    }

    /// Whether the plan of the file at this moment is empty.
    func isAsPlanned(_ machine: inout Machine) throws -> Bool {
        machine.replies = []
        machine.post(.called(Machine.root, .plan(PlanParameters())))
        guard case .plan(let reply)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        return reply.steps.isEmpty
    }
}
