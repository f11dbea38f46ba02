import ControlProtocol
import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

/// Runs that ask for much in little text.
struct LargeRunTests {
    private static func add(_ spi: Int) -> String {
        "add 1.1.1.1 2.2.2.2 esp \(spi) -E null ;\n"
    }

    @Test func statementsWithoutARequestNeitherRecurseNorHoldTheLoop() throws {
        var machine = Machine.started()
        machine.execute((300..<310).map(Self.add).joined())
        let count = 20_000
        let reply = try machine.run(String(repeating: "deleteall ::1 ::2 ;", count: count))
        #expect(reply.executed == count)
        #expect(reply.failures == nil)
        #expect(machine.truth().associations.count == 10)
        // Each turn of the loop has had its share of them.
        #expect(machine.turns >= count / 2000)
    }

    @Test func deleteallOfAnAtomicRunIsUndone() throws {
        var machine = Machine.started()
        machine.execute((300..<320).map(Self.add).joined())
        let before = machine.truth()
        let reply = try machine.run("deleteall 1.1.1.1 2.2.2.2 ;" + Self.add(400) + Self.add(400), atomic: true)
        #expect(reply.undone == 21)
        #expect(machine.truth().associations == before.associations)
    }

    /// What has been asked for is done; nothing more is.
    @Test func aClientThatLeavesDuringADeleteallEndsIt() {
        var machine = Machine.started()
        machine.execute((300..<600).map(Self.add).joined())
        machine.queue(.called(Machine.root, .execute(ExecuteParameters(text: "deleteall 1.1.1.1 2.2.2.2 ;"))))
        machine.post(.disconnected(Machine.root))
        #expect(machine.truth().associations.count == 300 - 2 * Conversation.burst)
        #expect(machine.mirrored.associations == machine.truth().associations)
    }

    @Test func aTextOfErrorsIsNotReadToItsEnd() {
        var machine = Machine.started()
        machine.execute(String(repeating: "bogus ;", count: 10_000) + "add 1.1.1.1")
        guard case .invalidText(let diagnostics) = machine.errors.last?.error else {
            Issue.record("the text was accepted")
            return
        }
        #expect(diagnostics.count == 100)
        #expect(diagnostics.last?.offset == 99 * 7)
    }

    // MARK: What a run outputs

    @Test func dumpsGoOutAsTheyFillAndNothingOfThemIsKept() throws {
        var machine = Machine.started()
        machine.execute((300..<500).map(Self.add).joined())
        machine.replies = []
        let text = String(repeating: "dump ;", count: 100)
        machine.post(.called(Machine.root, .execute(ExecuteParameters(text: WireText(text)))))
        var records = 0
        for case (_, .execute(let reply), _) in machine.replies {
            let output = reply.output?.bytes ?? []
            // A part, and the part of a dump that filled it.
            #expect(output.count <= 2 * 128 * 1024 + 4096)
            records += String(decoding: output, as: UTF8.self).split(separator: "\n").count { $0.contains("sadb_seq=") }
        }
        #expect(records == 200 * 100)
        #expect(machine.replies.filter { !$0.continues }.count == 1)
    }

    @Test func aRunWaitsForItsReaderAndNobodyElseDoes() throws {
        var machine = Machine.started()
        machine.execute((300..<500).map(Self.add).joined())
        machine.areClientsReading = false
        machine.replies = []
        let text = String(repeating: "dump ;", count: 50) + Self.add(900)
        machine.post(.called(Machine.root, .execute(ExecuteParameters(text: WireText(text)))))
        #expect(machine.replies.count == 1)
        let dumped = machine.truth().associations.count
        machine.post(.called(Machine.nobody, .status))
        #expect(machine.replies.count == 2)
        for _ in 0..<200 where machine.replies.last?.continues != false || machine.replies.count == 2 {
            machine.post(.drained(Machine.root))
        }
        #expect(machine.truth().associations.count == dumped + 1)
    }

    @Test func failuresGoOutAsTheyFill() throws {
        var machine = Machine.started()
        machine.replies = []
        let text = String(repeating: "delete 1.1.1.1 2.2.2.2 esp 900 ;", count: 5000)
        machine.post(.called(Machine.root, .execute(ExecuteParameters(text: WireText(text)))))
        var failures = 0
        for case (_, .execute(let reply), _) in machine.replies {
            failures += reply.failures?.count ?? 0
            #expect(reply.failures?.count ?? 0 < 2000)
        }
        #expect(failures == 5000)
    }

    @Test func messagesOfAnUnfinishedRunAreBounded() throws {
        var machine = Machine.started()
        var part = ExecuteParameters(text: WireText(Self.add(300)))
        part.verbose = true
        part.unfinished = true
        machine.post(.called(Machine.root, .execute(part)))
        var shown = 0
        for _ in 0..<1000 {
            var event = KernelEvent(
                origin: KernelEvent.Origin(request: nil, processID: 0, sequence: 0), content: .ignored(messageType: 0))
            if machine.shownForms == .masked {
                shown += 1
                let text = [UInt8](repeating: 65, count: 1024)
                event.message = ShownMessage(masked: ShownMessage.Form(text: text, digits: ""), keyed: nil)
            }
            machine.post(.kernel([event]))
        }
        #expect(shown == 256)
        machine.replies = []
        part.unfinished = nil
        machine.post(.called(Machine.root, .execute(part)))
        var messages: [UInt8] = []
        for case (_, .execute(let reply), _) in machine.replies { messages += reply.messages?.bytes ?? [] }
        let text = String(decoding: messages, as: UTF8.self)
        #expect(
            text.hasSuffix("setkeyd: 744 kernel messages are missing here: they came faster than this client reads\n"))
    }
}

/// An UPDATE that the kernel would answer with success and ignore.
struct FutileUpdateTests {
    private static let add =
        "add 1.1.1.1 2.2.2.2 esp 300 -m tunnel -u 7 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f ;\n"

    private static func update(_ clauses: String) -> String { "update 1.1.1.1 2.2.2.2 esp 300 \(clauses) ;\n" }

    @Test(arguments: [
        ("-u 7 -E aes-cbc 0xff0102030405060708090a0b0c0d0e0f", "(key)"),
        ("-u 7 -E null", "(algorithm, key)"),
        ("-u 8 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f", "(reqid)"),
        ("-r 16 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f", "(replay)"),
    ]) func isAFailureThatNamesWhatWouldBeIgnored(clauses: String, fields: String) throws {
        var machine = Machine.started()
        machine.execute(Self.add)
        let before = machine.writes.count
        let reply = try machine.run(Self.update(clauses) + "flush ah ;")
        let failure = try #require(reply.failures?.first)
        #expect(failure.reason.contains(fields))
        #expect(failure.reason.contains("delete the SA and add it again"))
        #expect(failure.offset == 0)
        #expect(reply.executed == 2)
        // The run went on.
        #expect(machine.writes.count == before + 1)
    }

    @Test func turnsAnAtomicRunRound() throws {
        var machine = Machine.started()
        machine.execute(Self.add)
        let reply = try machine.run(
            "flush ah ; delete 1.1.1.1 2.2.2.2 esp 300 ; \(Self.add)" + Self.update("-E null"), atomic: true)
        #expect(reply.failures?.count == 1)
        #expect(reply.undone == 2)
        #expect(machine.truth().associations.count == 1)
    }

    @Test func lifetimesAndWhatIsLeftOutAreNoFailure() throws {
        var machine = Machine.started()
        machine.execute(Self.add)
        let text = Self.update("-lh 7200 -ls 3600 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f")
        let reply = try machine.run(text)
        #expect(reply.failures == nil)
        #expect(machine.truth().associations.first?.limits.hard.addTime == 7200)
    }

    @Test func aLarvalAssociationTakesEverything() throws {
        var machine = Machine.started()
        let reply = try machine.run(
            "getspi 1.1.1.1 2.2.2.2 esp 300 ;"
                + Self.update("-m tunnel -u 9 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f"))
        #expect(reply.failures == nil)
        #expect(machine.truth().associations.first?.reqID.rawValue == 9)
    }
}
