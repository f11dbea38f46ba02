import ControlProtocol
import Testing

@testable import SetkeyDaemon

/// What users get of the server's places and memory.
@Suite struct ClientSharesTests {
    private static var limits: ControlServerLimits {
        var limits = ControlServerLimits()
        limits.clients = 10
        limits.reservedClients = 3
        limits.clientsPerUser = 4
        limits.bytesPerUser = 1000
        limits.unprivilegedBytes = 1500
        limits.privilegedBytes = 5000
        return limits
    }

    @Test func aUserGetsItsShareOfThePlaces() {
        var shares = ClientShares(Self.limits)
        for _ in 0..<4 { #expect(shares.admit(.other(1000)) == nil) }
        #expect(shares.admit(.other(1000)) == .share(uid: 1000, limit: 4))
        #expect(shares.admit(.other(1001)) == nil)
        shares.leave(.other(1000))
        #expect(shares.admit(.other(1000)) == nil)
    }

    @Test func allUsersTogetherLeaveThePrivilegedTheirPlaces() {
        var shares = ClientShares(Self.limits)
        for uid: UInt32 in 0..<7 { #expect(shares.admit(.other(1000 + uid)) == nil) }
        #expect(shares.admit(.other(2000)) == .full(limit: 7))
        for _ in 0..<3 { #expect(shares.admit(.privileged) == nil) }
        #expect(shares.admit(.privileged) == .full(limit: 10))
    }

    @Test func thePrivilegedMayTakeEveryPlace() {
        var shares = ClientShares(Self.limits)
        for _ in 0..<10 { #expect(shares.admit(.privileged) == nil) }
        #expect(shares.admit(.other(1000)) == .full(limit: 10))
    }

    /// A process of root's that connects without end leaves places for the others.
    @Test func whoHasAPlaceDoesNotGetTheLastOnes() {
        var limits = Self.limits
        limits.placesForNewcomers = 2
        var shares = ClientShares(limits)
        for number in 0..<8 { #expect(shares.admit(.privileged, isNewcomer: number == 0) == nil) }
        #expect(shares.admit(.privileged, isNewcomer: false) == .full(limit: 8))
        #expect(shares.admit(.privileged) == nil && shares.admit(.privileged) == nil)
        #expect(shares.admit(.privileged) == .full(limit: 10))
        shares.leave(.privileged)
        #expect(shares.admit(.privileged, isNewcomer: false) == .full(limit: 8))
    }

    @Test func overABudgetTheUserThatHoldsMostGivesWay() {
        var shares = ClientShares(Self.limits)
        for user: ClientUser in [.privileged, .other(1000), .other(1001), .other(1002)] { _ = shares.admit(user) }
        #expect(shares.hold(4000, for: .privileged) == nil)
        #expect(shares.hold(1001, for: .other(1000)) == .other(1000))
        #expect(shares.hold(-301, for: .other(1000)) == nil)
        #expect(shares.hold(500, for: .other(1001)) == nil)
        // In total too much: not who came last goes, but who holds most.
        #expect(shares.hold(301, for: .other(1002)) == .other(1000))
        #expect(shares.hold(1001, for: .privileged) == .privileged)
    }
}
