import Glibc
import IPsec
import SetkeyCore
import Testing

@testable import SetkeyDaemon

/// What a kill leaves of the files of the state directory, and what the next daemon makes of it.
@Suite struct StateKillTests {
    private let path = ControlServerFixture.temporaryDirectory()
    private var directory: StateDirectory { get throws { try StateDirectory(path: path, life: "life") } }
    private var owned: StateFile { get throws { try directory.file("owned") } }

    private func names(_ numbers: Range<Int>) -> [String] {
        numbers.map { "+ sa esp 10.0.0.2 \(4096 + $0)\n+ sp out 10.\($0).0.0 24 0 10.2.0.0 24 0 255\n" }
    }

    private func bytes(_ lines: [String]) -> [UInt8] { Array(lines.joined().utf8) }

    @Test func halfALineOfADaemonThatWasKilledIsNeverTakenForAWholeOne() throws {
        let owned = try owned
        defer { _ = unsafe (owned.remove(), rmdir(path)) }
        let whole = OwnershipAddition.head(life: "life") + bytes(names(0..<3))
        var all = OwnedIdentities()
        for length in 0...whole.count {
            #expect(owned.replace(with: Array(whole[..<length])) == nil)
            #expect(owned.append(bytes(names(7..<9))) == nil)
            let (state, complaints) = try directory.load()
            #expect(complaints.isEmpty, "\(length)")
            all = state.ownership.identities
            let old = all.associations.filter { $0.spi.rawValue < 4103 }.map { Int($0.spi.rawValue) - 4096 }
            #expect(Set(old).isSubset(of: 0..<3) && all.associations.count == old.count + 2, "\(length)")
            #expect(all.policies.count - 2 <= old.count, "\(length)")
        }
        #expect(all.associations.count == 5 && all.policies.count == 5)
    }

    @Test func draftsAndAFormerStateThatNobodyWaitsForAreRemoved() throws {
        for name in ["owned.new", "former.new", "confirmation.new", "former"] {
            #expect(try directory.file(name).replace(with: [35]) == nil)
        }
        #expect(try directory.load().complaints.isEmpty)
        #expect(unsafe rmdir(path) == 0)
    }
}
