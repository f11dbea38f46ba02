import IPsec
import KernelBackends
import TestSupport
import Testing

/// Dumps: records that do not say which request they answer, and all the ways in which one ends.
@Suite struct PFKeyDumpSequenceTests {
    private let ours = PFKeySamples.processID
    private let first = RequestID(rawValue: 100)
    private let second = RequestID(rawValue: 101)

    private func codec(_ requests: KernelRequest...) throws -> PFKeyCodec {
        var codec = PFKeyCodec(processID: ours)
        var buffer: [UInt8] = []
        for (index, request) in requests.enumerated() {
            try codec.encode(request, id: RequestID(rawValue: 100 + UInt32(index)), into: &buffer)
        }
        return codec
    }

    private func record(_ sequence: UInt32, errno: UInt8 = 0) throws -> [UInt8] {
        var message = try PFKeySamples.kernelRecord(.dump)
        message.header.sequence = sequence
        message.header.errorNumber = errno
        return try message.bytes()
    }

    private func policyRecord(_ sequence: UInt32, errno: UInt8 = 0) throws -> [UInt8] {
        var message = try PFKeySamples.kernelPolicy(.spdDump)
        message.header.sequence = sequence
        message.header.errorNumber = errno
        return try message.bytes()
    }

    private func refusal(_ type: PFKeyMessageType, errno: UInt8, _ id: RequestID) throws -> [UInt8] {
        var message = PFKeyMessage(type, sequence: id.rawValue, processID: ours)
        message.header.errorNumber = errno
        return try message.bytes()
    }

    @Test func recordsBelongToTheDumpThatRunsUntilSequenceZero() throws {
        var codec = try codec(.dump(nil))
        for sequence: UInt32 in [1, 2, 100, 101, 0] {
            let event = codec.decode(try record(sequence))
            #expect(event.origin.request == first)
            #expect(event.content.record?.isLast == (sequence == 0))
        }
        #expect(codec.decode(try record(1)).origin.request == nil)
    }

    @Test func anEmptyDumpIsARefusalWithENOENT() throws {
        var codec = try codec(.dumpPolicies)
        let event = codec.decode(try refusal(.spdDump, errno: 2, first))
        #expect(event.origin.request == first)
        #expect(event.content.refusal == .noEntry)
        #expect(codec.decode(try policyRecord(1)).origin.request == nil)
    }

    @Test func aSecondDumpIsRefusedInTheMiddleOfTheFirst() throws {
        var codec = try codec(.dump(nil), .dumpPolicies)
        #expect(codec.decode(try record(1)).origin.request == first)
        let event = codec.decode(try refusal(.spdDump, errno: 16, second))
        #expect(event.origin.request == second)
        #expect(event.content.refusal == .busy)
        #expect(codec.decode(try record(2)).origin.request == first)
        #expect(codec.decode(try record(0)).origin.request == first)
    }

    @Test func aDumpWhoseEndWasLostGivesWayToTheNextOne() throws {
        var other = try codec(.dump(nil), .dumpPolicies)
        #expect(other.decode(try record(1)).origin.request == first)
        #expect(other.decode(try policyRecord(1)).origin.request == second)
        var same = try codec(.dump(nil), .dump(.esp))
        #expect(same.decode(try record(1)).origin.request == first)
        #expect(same.decode(try record(2)).origin.request == first)
        #expect(same.decode(try record(1)).origin.request == second)
        #expect(same.decode(try record(0)).origin.request == second)
    }

    @Test func aDumpThatTheKernelCannotContinueEndsIncomplete() throws {
        var codec = try codec(.dumpPolicies)
        #expect(codec.decode(try policyRecord(1)).origin.request == first)
        let broken = codec.decode(try policyRecord(0, errno: 234))
        #expect(broken.origin.request == first)
        #expect(broken.content.refusal == .invalidArgument)
        let repeated = codec.decode(try refusal(.spdDump, errno: 22, first))
        #expect(repeated.origin.request == first)
        #expect(codec.decode(try policyRecord(1)).origin.request == nil)
    }

    @Test func aLastRecordThatCannotBeReadEndsTheDumpAllTheSame() throws {
        var codec = try codec(.dump(nil))
        var bytes = try record(0)
        bytes[16] = 0
        let event = codec.decode(bytes)
        #expect(event.origin.request == first)
        #expect(event.content.isEndOfDump)
        #expect(codec.decode(try record(1)).origin.request == nil)
    }

    @Test func aRecordInTheMiddleThatCannotBeReadDoesNotEndIt() throws {
        var codec = try codec(.dump(nil))
        var bytes = try record(1)
        bytes[16] = 0
        #expect(codec.decode(bytes).content.unreadable != nil)
        #expect(codec.decode(try record(2)).origin.request == first)
    }

    @Test func recordsOfOtherProcessesAreIgnored() throws {
        var codec = try codec(.dump(nil))
        var message = try PFKeySamples.kernelRecord(.dump)
        message.header.processID = ours + 1
        message.header.sequence = 0
        #expect(codec.decode(try message.bytes()).content.ignoredType == 10)
        #expect(codec.decode(try record(1)).origin.request == first)
    }
}
