import Glibc
import IPsec
import KernelBackends
import TestSupport
import Testing

/// A kernel with foreign entries, a file and a state directory; daemons come, are killed, and come again.
final class CrashSite {
    let host: KernelHost
    private let directory: TestDirectory
    private(set) var daemon: TestDaemon?
    /// The foreign entries that no file speaks of, to the second in which they were made.
    private let untouchable: KernelContents

    /// Nothing has been started yet.
    ///
    /// - Parameter contested: foreign entries that files speak of.
    init(file: String, contested: String = CrashTexts.contested) throws {
        directory = try TestDirectory()
        host = try KernelHost(path: "\(directory.path)/kernel.sock")
        host.run(CrashTexts.foreign)
        untouchable = host.contents
        host.run(contested)
        try write(file)
    }

    /// A site whose daemon has the first file in force.
    static func onFirstFile() throws -> CrashSite {
        let site = try CrashSite(file: CrashTexts.first)
        try #require(try site.start())
        site.expect(.after(CrashTexts.first + CrashTexts.foreign + CrashTexts.contested), "before")
        return site
    }

    /// Writes the configuration file.
    func write(_ file: String) throws {
        try directory.write("setkey.conf", file)
    }

    /// Starts a daemon, the former one having been killed at the latest now.
    ///
    /// - Parameter changes: in the middle of the change of its state directory after so many it dies.
    /// - Returns: whether it has become ready; if not, it has ended.
    func start(dyingAfter changes: Int? = nil) throws -> Bool {
        if let former = daemon {
            kill(former.process.pid, SIGKILL)
            _ = try former.process.wait()
        }
        let file = "\(directory.path)/setkey.conf"
        let next = try TestDaemon(in: directory, Programs.setkeydUnderTest) { socket, state in
            [host.path, KernelHost.life, file, socket, state] + (changes.map { ["\($0)"] } ?? [])
        }
        daemon = next
        return try next.isReady()
    }

    func setkey(_ flags: String) throws -> Outcome {
        try #require(daemon).setkey(flags)
    }

    /// Waits for the end of the daemon.
    func ending() throws -> ChildProcess.Ending? {
        try daemon?.process.wait()
    }

    /// The daemon must have been killed while a client waited for it.
    ///
    /// - Parameter writes: after so many it must not, because there is no other at which it could be.
    func expectDeath(atWrite number: Int, _ outcome: Outcome, of writes: Int = .max) throws {
        if number > writes {
            #expect(outcome.status == 0, "\(outcome.errors)")
            host.disarm()
        } else {
            try #require(outcome.status != 0, "write \(number)")
            #expect(try ending() == .killed(signal: SIGKILL), "write \(number)")
        }
    }

    /// Whether the daemon was killed while a client waited for it; else the client must have been served.
    func hasDied(_ outcome: Outcome) throws -> Bool {
        guard outcome.status != 0 else { return false }
        #expect(try ending() == .killed(signal: SIGKILL), "\(outcome.errors)")
        return true
    }

    /// Ends the daemon and returns what it had to say.
    @discardableResult
    func stop() throws -> String {
        let process = try #require(daemon).process
        daemon = nil
        kill(process.pid, SIGTERM)
        #expect(try process.wait() == .exited(0))
        return process.errorText
    }

    /// What the kernel has now; the entries that no file speaks of must be as they ever were.
    var contents: KernelContents {
        let contents = host.contents
        let areUntouched = untouchable.isSubset(of: contents)
        #expect(areUntouched, "foreign entries were touched")
        return contents.declared
    }

    // MARK: The state directory

    private func path(_ name: String) -> String { "\(directory.path)/state/\(name)" }

    /// Whether there is such a file in the state directory.
    func hasState(_ name: String) -> Bool { unsafe access(path(name), F_OK) == 0 }

    /// The length of a file of the state directory in bytes.
    func length(of name: String) throws -> Int {
        var status = stat()
        let result = unsafe stat(path(name), &status)
        try #require(result == 0, "\(name): errno \(errno)")
        return Int(status.st_size)
    }

    /// Cuts a file of the state directory.
    func cut(_ name: String, to length: Int) throws {
        let result = unsafe truncate(path(name), off_t(length))
        try #require(result == 0, "\(name): errno \(errno)")
    }

    // MARK: What must be

    /// The kernel must hold this.
    func expect(_ expected: KernelContents, _ comment: Comment) {
        #expect(contents.differences(from: expected) == [], comment)
    }

    /// The kernel must come to hold this before long.
    func wait(until expected: KernelContents, _ comment: Comment) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while contents != expected, ContinuousClock.now < deadline { _ = try setkey("--status") }
        expect(expected, comment)
    }

    /// Starts a daemon, which must lead to `expected`; another must find nothing to do.
    func expectThatAStartLeads(to expected: KernelContents, _ comment: Comment) throws {
        #expect(try start(), comment)
        expect(expected, comment)
        try expectThatAStartWritesNothing(comment)
        expect(expected, comment)
    }

    func expectThatAStartWritesNothing(_ comment: Comment) throws {
        let writes = host.writes
        #expect(try start(), comment)
        #expect(host.writes == writes, comment)
    }

    /// Reloads a file that declares nothing: what is left then is what is nobody's.
    ///
    /// - Parameter contested: foreign entries besides those that no file speaks of.
    func expectThatNothingIsForgotten(but contested: String = "", _ comment: Comment) throws {
        try write("")
        let outcome = try setkey("--reload")
        #expect(outcome.status == 0, comment)
        expect(.after(CrashTexts.foreign + contested), comment)
    }
}

extension KernelContents {
    /// What an empty kernel holds after these statements.
    static func after(_ statements: String) -> KernelContents {
        let now = SimulatedKernel.Instant(seconds: 1)
        var kernel = SimulatedKernel(startingAt: now)
        var program = ForeignProgram(on: &kernel)
        program.run(statements, on: &kernel, at: now)
        return KernelContents(of: &kernel, at: now).declared
    }

    /// Whether the other one holds all of it, to the second in which it was made.
    func isSubset(of other: KernelContents) -> Bool {
        func withoutReferences(_ policies: Set<SecurityPolicy>) -> Set<SecurityPolicy> {
            Set(
                policies.map {
                    var policy = $0
                    policy.referenceCount = 0
                    return policy
                })
        }
        return associations.isSubset(of: other.associations)
            && withoutReferences(policies).isSubset(of: withoutReferences(other.policies))
    }
}
