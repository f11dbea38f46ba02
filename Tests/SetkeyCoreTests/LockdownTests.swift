import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// A kernel that is locked down for confidentiality, whose XFRM tells zeros for keys: what they are is unknown.
@Suite struct LockdownTests {
    private static let key = "0x0102030405060708090a0b0c0d0e0f10"
    private static let otherKey = "0x1112131415161718191a1b1c1d1e1f20"
    private static let zeros = "0x00000000000000000000000000000000"
    private static let assumption =
        "the kernel is locked down and does not tell keys: those of 1 SA are taken to be the file's"

    private static func file(_ key: String) -> String { "add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-cbc \(key) ;\n" }

    /// A daemon that has come into a kernel which has the file's SA, and does not tell its key.
    private static func restarted(file: String = file(key), declaring: String? = nil, isUnseen: Bool = false) -> Machine
    {
        var machine = Machine.started(on: .xfrm, file: file)
        machine.kernel.isLockedDown = true
        machine.isLockdownUnseen = isUnseen
        machine.file = declaring ?? file
        machine.log = []
        machine.restart()
        return machine
    }

    private static func hasAssumed(_ machine: Machine) -> Bool {
        machine.log.contains { $0.message == assumption && $0.priority == .warning }
    }

    /// Whether a key of zeros has been asked for.
    private static func hasWrittenZeros(_ machine: Machine) -> Bool {
        machine.writes.contains { request in
            switch request {
            case .add(let association), .update(let association): association.hasZeroKeys
            default: false
            }
        }
    }

    @Test func aKeyThatIsNotToldIsNotDifferent() throws {
        var machine = Self.restarted()
        #expect(machine.writes.isEmpty)
        #expect(machine.daemon.isSettled)
        #expect(Self.hasAssumed(machine))
        #expect(try machine.askStatus().drifted == 0)
    }

    @Test func itIsTakenToBeTheFilesSoThatAnotherOneIsSeen() throws {
        var machine = Self.restarted()
        machine.log = []
        machine.file = Self.file(Self.otherKey)
        machine.post(.reloadRequested)
        #expect(machine.daemon.isSettled)
        #expect(!machine.writes.isEmpty)
        #expect(!Self.hasWrittenZeros(machine))
        #expect(!Self.hasAssumed(machine))
        #expect(Self.hasKey(Self.otherKey, machine.truth()))
    }

    private static func hasKey(_ key: String, _ contents: KernelContents) -> Bool {
        contents.associations.allSatisfy { association in
            AssociationRecord(association, showKeys: true).encryptionKey.map { "0x\($0)" } == key
        }
    }

    @Test func oneOfAnotherLengthIsDifferent() {
        let machine = Self.restarted(declaring: Self.file(Self.otherKey + "2122232425262728"))
        #expect(!machine.writes.isEmpty)
        #expect(machine.daemon.isSettled)
    }

    @Test func zerosThatAreToldAreTheKey() {
        var machine = Machine.started(on: .xfrm, file: Self.file(Self.zeros))
        machine.file = Self.file(Self.key)
        machine.restart()
        #expect(!machine.writes.isEmpty)
        #expect(Self.hasKey(Self.key, machine.truth()))
    }

    /// Nothing says that it is locked down, until an SA of ours is told without its key.
    @Test func whatAnAddShowsIsBelieved() throws {
        var machine = Self.restarted(declaring: "", isUnseen: true)
        _ = try machine.run(Self.file(Self.key))
        let added = machine.daemon.mirror.associations
        #expect(added.count == 1)
        added.forEach { #expect(!$0.hidesKeys && !$0.hasZeroKeys) }
        machine.foreignRun("add 192.0.2.1 192.0.2.2 esp 0x2001 -E aes-cbc \(Self.otherKey) ;")
        machine.settle()
        let identity = SAIdentity(
            destination: try #require(IPAddress("192.0.2.2")), ipsecProtocol: .esp, spi: SPI(rawValue: 0x2001))
        #expect(machine.daemon.mirror.associations[identity]?.hidesKeys == true)
    }

    @Test(arguments: [Self.file(Self.key), "flush ;"]) func nothingIsMadeWithZerosToUndoWhatHasFailed(_ text: String)
        throws
    {
        var machine = Machine.started(on: .xfrm)
        machine.foreignRun(Self.file(Self.key))
        machine.kernel.isLockedDown = true
        machine.restart()
        let reply = try machine.run(
            "delete 192.0.2.1 192.0.2.2 esp 0x1001 ; \(text) delete 192.0.2.1 192.0.2.2 esp 0x7777 ;", atomic: true)
        #expect(reply.failures?.isEmpty == false)
        #expect(!Self.hasWrittenZeros(machine))
    }

    /// What has come into the place of a declared SA has a key that nobody told: it is another one.
    @Test func whatOthersPutInItsPlaceIsReplaced() throws {
        var machine = Self.restarted()
        machine.foreignRun("delete 192.0.2.1 192.0.2.2 esp 0x1001 ;" + Self.file(Self.otherKey))
        machine.settle()
        machine.pass(quarters: 8)
        #expect(machine.daemon.isSettled)
        #expect(!Self.hasWrittenZeros(machine))
        #expect(Self.hasKey(Self.key, machine.truth()))
    }

    /// A state that was rolled back while no daemon ran has keys of its own.
    @Test func theWayBackAfterAKillTakesNoKeyForItsOwn() throws {
        var machine = Machine.started(on: .xfrm, file: Self.file(Self.key))
        machine.kernel.isLockedDown = true
        machine.file = Self.file(Self.otherKey)
        machine.queue(.called(Machine.root, .reload(Self.unconfirmed)))
        machine.settle()
        #expect(Self.hasKey(Self.otherKey, machine.truth()))
        machine.seconds += 100
        machine.restart()
        machine.pass(seconds: 1)
        #expect(Self.hasKey(Self.key, machine.truth()))
        #expect(!Self.hasWrittenZeros(machine))
    }

    private static var unconfirmed: ReloadParameters {
        var parameters = ReloadParameters()
        parameters.confirmSeconds = 30
        return parameters
    }

    @Test func anUndoBringsBackTheKeysThatAreKnown() throws {
        var machine = Self.restarted()
        _ = try machine.run(
            "delete 192.0.2.1 192.0.2.2 esp 0x1001 ; delete 192.0.2.1 192.0.2.2 esp 0x7777 ;", atomic: true)
        #expect(!Self.hasWrittenZeros(machine))
        #expect(machine.truth().associations.count == 1)
        #expect(Self.hasKey(Self.key, machine.truth()))
    }

    /// One whose keys nobody knows cannot come back: that is said, and no key of zeros is made of it.
    @Test func whatAnUndoCannotBringBackIsTold() throws {
        let foreign = "add 192.0.2.3 192.0.2.4 esp 0x3001 -E aes-cbc \(Self.otherKey) ;"
        for deletion in ["delete 192.0.2.3 192.0.2.4 esp 0x3001 ;", "flush ;"] {
            var machine = Machine.started(on: .xfrm, file: Self.file(Self.key))
            _ = try machine.run(foreign)
            machine.kernel.isLockedDown = true
            machine.restart()
            let reply = try machine.run(deletion + " delete 192.0.2.1 192.0.2.2 esp 0x7777 ;", atomic: true)
            let told = (reply.failures ?? []).first { $0.operation == "undo: add esp 192.0.2.4 spi 0x3001" }
            #expect(
                told?.reason == "the kernel does not tell the keys of this SA, so that it cannot be made again (ENOKEY)"
            )
            #expect(!Self.hasWrittenZeros(machine))
            #expect(machine.truth().associations.map(\.identity.spi.rawValue) == [0x1001])
        }
    }

    @Test func aDumpLeavesTheKeysThatAreKnownToTheSAThatIsTheSame() throws {
        var known = try #require(Self.association(Self.key))
        known.current = Lifetime(addTime: 100)
        var told = try #require(Self.association(Self.zeros))
        told.hidesKeys = true
        for (time, isKnown) in [(100, true), (101, false)] as [(UInt64, Bool)] {
            var mirror = Mirror(tellsStates: false)
            _ = mirror.apply(.association(.added, known))
            told.current = Lifetime(addTime: time)
            mirror.beginDump(of: .associations)
            _ = mirror.apply(.dumped(told, isLast: true))
            _ = mirror.endDump(of: .associations, isComplete: true)
            let kept = try #require(mirror.associations[known.identity])
            #expect(kept.hidesKeys == !isKnown)
            #expect((kept.encryptionKey == known.encryptionKey) == isKnown)
        }
    }

    @Test func whatIsNotKnownIsNotShown() throws {
        var association = try #require(Self.association(Self.zeros))
        association.hidesKeys = true
        var format = DumpFormat(options: DumpFormat.Options(showKeys: true, processID: 1), now: 0)
        var text: [UInt8] = []
        format.append(association, isLast: true, to: &text)
        #expect(dumpText(text).contains("\tE: aes-cbc  <hidden>\n"))
        #expect(AssociationRecord(association, showKeys: true).encryptionKey == nil)
    }

    private static func association(_ key: String) -> SecurityAssociation? {
        guard case .add(let association)? = ForeignProgram.statements(file(key)).first?.kind else { return nil }
        return association
    }
}
