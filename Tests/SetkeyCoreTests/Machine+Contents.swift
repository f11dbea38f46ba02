import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport

@testable import SetkeyCore

// What tests look at.

extension Machine {
    /// What a third socket is told by dumps: the truth that the mirror must equal.
    mutating func truth() -> KernelContents {
        KernelContents(of: &kernel, at: .init(seconds: UInt64(seconds)))
    }

    /// A plan from what the mirror has to what is in force.
    var plan: Plan {
        Plan(from: daemon.mirror, to: daemon.inForce, ownership: daemon.ownership)
    }

    /// What the file in force declares.
    var declared: OwnedIdentities {
        var identities = OwnedIdentities()
        identities.associations = Set(daemon.inForce.associations.map(\.entry.identity))
        identities.policies = Set(daemon.inForce.policies.map(\.entry.identity))
        return identities
    }

    /// The truth without counters, comparable with another one.
    var contents: KernelContents {
        mutating get { truth().declared }
    }

    /// Time has passed in the kernel, and what it said meanwhile is lost.
    mutating func loseMessages() {
        kernel.advance(to: .init(seconds: UInt64(seconds)))
        while case .datagram = sockets.receive(from: &kernel, into: &incoming) {}
    }

    /// The mirror's content.
    var mirrored: (associations: Set<SecurityAssociation>, policies: Set<SecurityPolicy>) {
        var associations: Set<SecurityAssociation> = []
        var policies: Set<SecurityPolicy> = []
        daemon.mirror.associations.forEach { associations.insert($0) }
        daemon.mirror.policies.forEach { policies.insert($0) }
        return (associations, policies)
    }
}
