import Glibc
import Testing

/// A directory of one test.
final class TestDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/setkey-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw ChildProcess.Failed(description: "mkdtemp: \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        let removal = try? ChildProcess("/bin/rm", ["-rf", path])
        _ = try? removal?.wait()
    }

    /// Writes a file; returns its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw ChildProcess.Failed(description: "\(file) cannot be written: \(errno)") }
            rest = rest.dropFirst(count)
        }
        return file
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }
}

/// The programs under test, which were built beside the tests.
enum Programs {
    static let directory: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }()

    static var setkey: String { "\(directory)/setkey" }
    static var setkeyd: String { "\(directory)/setkeyd" }
    static var setkeydUnderTest: String { "\(directory)/setkeyd-under-test" }

    /// Programs that are not built: a script of the folder of these tests.
    static func script(_ name: String) -> String {
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/\(name)"
    }
}

/// What a program run to its end has said.
struct Outcome {
    let ending: ChildProcess.Ending
    let output: String
    let errors: String

    var status: Int32? {
        if case .exited(let status) = ending { status } else { nil }
    }
}

/// Runs setkey to its end.
func setkey(
    _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
) throws -> Outcome {
    try run(Programs.setkey, arguments, input: input, environment: environment)
}

/// Runs a program to its end.
func run(
    _ program: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
) throws -> Outcome {
    let process = try ChildProcess(
        program, arguments, environment: environment.merging(["TZ": "UTC"]) { given, _ in given })
    try process.send(input)
    let ending = try process.wait()
    return Outcome(ending: ending, output: process.outputText, errors: process.errorText)
}

/// A daemon, and setkey calls to it.
final class TestDaemon {
    /// The group setkeyd, where it exists.
    private static let group: gid_t = 991
    /// A user in that group and in no other.
    private static let member: uid_t = 1500

    let directory: TestDirectory
    let process: ChildProcess
    let socket: String
    private let readiness: ReadinessSocket

    /// Starts a daemon on a simulated kernel and waits until it says that it is ready.
    ///
    /// - Parameters:
    ///   - configuration: the text of its file; without one it has an empty one.
    ///   - hasGroup: whether it finds the group setkeyd, which needs root; see ``call(_:asMember:file:)``.
    convenience init(configuration: String = "", hasGroup: Bool = false, kernel: String = "simulated") throws {
        let directory = try TestDirectory()
        let file = try directory.write("setkey.conf", configuration)
        let program = hasGroup ? Programs.script("with_group.sh") : Programs.setkeyd
        try self.init(in: directory, program) { socket, state in
            (hasGroup ? [Programs.setkeyd] : [])
                + ["--kernel", kernel, "--socket", socket, "--state-directory", state, "--config", file]
        }
        try #require(try isReady(), "\(process.errorText)")
        if hasGroup { try letMembersIn() }
    }

    /// Starts a daemon whose control socket and state directory are in `directory`.
    ///
    /// - Parameter arguments: gets the paths of these.
    init(
        in directory: TestDirectory, _ program: String, arguments: (_ socket: String, _ state: String) -> [String]
    ) throws {
        self.directory = directory
        socket = "\(directory.path)/control.sock"
        readiness = try ReadinessSocket(path: "\(directory.path)/notify.sock")
        process = try ChildProcess(
            program, arguments(socket, "\(directory.path)/state"), environment: ["NOTIFY_SOCKET": readiness.path])
    }

    /// A daemon in the place of `other`, which has ended: with its socket, its file and its state, on a simulated kernel of its own.
    convenience init(after other: TestDaemon) throws {
        let file = "\(other.directory.path)/setkey.conf"
        try self.init(in: other.directory, Programs.setkeyd) { socket, state in
            ["--kernel", "simulated", "--socket", socket, "--state-directory", state, "--config", file]
        }
        try #require(try isReady(), "\(process.errorText)")
    }

    /// Ends it, and waits for its end.
    func end(by signal: Int32) throws {
        kill(process.pid, signal)
        _ = try process.wait()
    }

    /// As the service manager does, which makes the socket.
    private func letMembersIn() throws {
        guard unsafe chmod(directory.path, 0o755) == 0, unsafe chown(socket, 0, Self.group) == 0 else {
            throw ChildProcess.Failed(description: "\(socket): errno \(errno)")
        }
    }

    /// Waits until it is ready; false if it ends before.
    func isReady() throws -> Bool {
        try readiness.wait(for: "READY=1", within: .seconds(30), unless: { try process.hasEnded() }) != nil
    }

    /// The next notification to the service manager that has `text` in it, whole.
    func notification(containing text: String) throws -> String {
        let notification = try readiness.wait(for: text, within: .seconds(30), unless: { try process.hasEnded() })
        return try notification ?? { throw ChildProcess.Failed(description: "the daemon has ended") }()
    }

    var environment: [String: String] { ["SETKEYD_SOCKET": socket, "TZ": "UTC"] }

    /// Runs setkey to its end; `flags` are separated by spaces.
    func setkey(_ flags: String, input: String = "") throws -> Outcome {
        try EndToEndTests.setkey(
            flags.split(separator: " ").map(String.init), input: Array(input.utf8), environment: environment)
    }

    /// Runs statements; they must succeed.
    func load(_ statements: String) throws {
        let outcome = try setkey("-c", input: statements)
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    /// Calls a method of the control protocol, as root or as a member of the group.
    ///
    /// - Parameter file: what it has for `text`.
    /// - Returns: all texts of the answer, a line each.
    func call(_ method: String, asMember: Bool = false, file: String? = nil) throws -> Outcome {
        let user = asMember ? Self.member : geteuid()
        return try run(
            "/usr/bin/python3",
            [Programs.script("varlink_call.py"), socket, "\(user)", method] + (file.map { [$0] } ?? []))
    }

    /// Starts setkey and lets it run.
    func start(_ flags: String, on terminal: PseudoTerminal? = nil, extra: [String: String] = [:]) throws
        -> ChildProcess
    {
        try ChildProcess(
            Programs.setkey, flags.split(separator: " ").map(String.init),
            environment: environment.merging(extra) { _, new in new }, terminal: terminal)
    }
}

/// The service manager's end of sd_notify(3): the event that a daemon is ready.
private final class ReadinessSocket {
    let path: String
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        // A daemon that was killed has had one there.
        _ = unsafe unlink(path)
        descriptor = privateDescriptor { socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0) }
        guard bindUnixSocket(descriptor, path: path) else {
            throw ChildProcess.Failed(description: "no readiness socket: errno \(errno)")
        }
    }

    deinit { close(descriptor) }

    /// Waits for a datagram that has `text` in it, or until `isOver`, which is asked again and again.
    ///
    /// - Returns: the datagram.
    func wait(for text: String, within limit: Duration, unless isOver: () throws -> Bool) throws -> String? {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&entry, 1, 20) > 0 else {
                if try isOver() { return nil }
                continue
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            let datagram = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
            if datagram.contains(text) { return datagram }
        }
        throw ChildProcess.Failed(description: "the daemon does not say \(text)")
    }
}

/// Binds a Unix socket to `path`.
func bindUnixSocket(_ descriptor: Int32, path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    return unsafe withUnsafePointer(to: address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
    }
}
