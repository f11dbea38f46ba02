import IPsec
import SetkeySyntax
import Testing

struct SampleFileTests {
    @Test func ofTheSampleFileOnlyTheKeysAreWarnedOf() throws {
        let root = "\(#filePath)".split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let path = (root + ["etc", "setkey.conf.sample"]).joined(separator: "/")
        var loader = SourceLoader(path: path, reader: FileSourceReader(), options: ParserOptions(warns: true))
        var evaluation = DesiredState.Evaluation()
        while let loaded = loader.next() {
            evaluation.add(loaded.statement.kind, at: loaded.origin)
        }
        #expect(loader.failure == nil && loader.diagnostics.isEmpty, "\(loader.diagnostics)")
        #expect(evaluation.diagnostics.isEmpty)
        let state = evaluation.finish()
        let remarks = FileRules.remarks(on: state)
        #expect(remarks.count == 2 && remarks.allSatisfy { $0.diagnostic.code == .publishedKey })
        #expect(state.associations.count == 2 && state.policies.count == 3)
        #expect(state.ownership.policies && state.ownership.protocols.count == 3)
    }

    @Test func theTablesOfThisMachineHaveWhatEveryMachineHas() {
        #expect(ProtocolNames.ofThisMachine().number(of: "tcp") == 6)
        #expect(ProtocolNames.ofThisMachine().number(of: "icmp6") == 58)
        #expect(ServiceNames.ofThisMachine().port(of: "no such service", for: nil) == nil)
    }
}
