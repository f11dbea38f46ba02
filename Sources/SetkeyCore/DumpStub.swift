import IPsec

struct DumpOptions: Sendable {
    var now: Int; var processID: Int32; var showKeys = false; var showPorts = false; var hidePerSocket = false
    init(now: Int, processID: Int32) { self.now = now; self.processID = processID }
}
struct AssociationDump: Sendable {
    init(options: DumpOptions) {}
    mutating func append(_ a: SecurityAssociation, isLast: Bool, to: inout [UInt8]) {
        to += Array("\(a.identity)\n".utf8)
    }
    mutating func end(to: inout [UInt8]) {}
}
struct PolicyDump: Sendable {
    init(options: DumpOptions) {}
    mutating func append(_ a: SecurityPolicy, isLast: Bool, to: inout [UInt8]) { to += Array("\(a.identity)\n".utf8) }
    mutating func end(to: inout [UInt8]) {}
}
