import ControlProtocol
import Glibc
import IPsec
import SetkeyCore
import SetkeySyntax

/// Work on a file of statements whose instructions are counted from outside.
enum Work: String, CaseIterable {
    /// It is parsed.
    case parse
    /// A client runs it: parsed, encoded, answered by the simulated kernel, decoded, mirrored.
    case execute
    /// As ``execute``, and then every entry is listed as text.
    case dump
    /// As ``dump``, and every reply becomes a frame, which is read as the client reads it.
    case send
    /// As ``execute``, and then every entry is listed as a record, in frames that are read.
    case list
    /// As ``execute``, and a monitor is told of every event, in frames that are read.
    case watch
    /// As ``execute``, and then the file is read, its plan finds nothing to do, and it is in force.
    case reload

    func run(_ text: [UInt8]) {
        if self == .parse {
            var parser = Parser(text)
            while parser.next() != nil {}
            return
        }
        var loop = WatchedLoop()
        loop.start()
        if self == .watch {
            loop.frames = .monitor
            loop.post(.called(WatchedLoop.monitor, .monitor(MonitorParameters())))
        }
        loop.run(parts: Self.parts(of: text))
        switch self {
        case .parse, .execute, .watch: break
        case .list:
            loop.frames = .listAssociations
            loop.post(.called(WatchedLoop.root, .listAssociations(ListAssociationsParameters())))
            loop.frames = .listPolicies
            loop.post(.called(WatchedLoop.root, .listPolicies(ListPoliciesParameters())))
        case .dump, .send:
            if self == .send { loop.frames = .render }
            loop.post(.called(WatchedLoop.root, .render(RenderParameters(database: .associations))))
            loop.post(.called(WatchedLoop.root, .render(RenderParameters(database: .policies))))
        case .reload:
            var parser = Parser(text)
            var evaluation = DesiredState.Evaluation()
            while let statement = parser.next() {
                evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
            }
            loop.file = (evaluation.finish(), 1)
            loop.post(.reloadRequested)
        }
    }

    /// Parts of some lines each, as `setkey` sends them.
    private static func parts(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var begin = 0
        while begin < text.count {
            let rest = text[min(begin + 64 * 1024, text.count)...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? text.count
            parts.append(text[begin..<end])
            begin = end
        }
        return parts
    }
}

/// Everything that can be read from a file; `nil` if it cannot.
func contents(of path: String) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var status = stat()
    if unsafe fstat(descriptor, &status) == 0 { bytes.reserveCapacity(Int(status.st_size)) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return count == 0 ? bytes : nil }
        bytes += buffer[..<count]
    }
}
