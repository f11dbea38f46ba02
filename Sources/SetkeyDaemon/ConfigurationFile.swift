import Glibc
import IPsec
package import SetkeyCore
import SetkeySyntax
import Synchronization

/// The daemon's own file: read, parsed and evaluated, away from the main queue because a large one takes its time.
package struct ConfigurationFile: Sendable {
    /// As it was named on the command line.
    package let path: String
    /// Whether the path is the default one, which need not exist; one that was named must.
    package let isDefault: Bool
    /// How what is wrong with it is shown; the daemon's log has no colours.
    nonisolated var style = DiagnosticStyle.plain
    /// Of the kernel interface that it is written for.
    nonisolated var traits = KernelTraits.pfKey
    /// Of the one to which the daemon moves for what that cannot carry; `nil` if there is none.
    nonisolated var richerTraits: KernelTraits?

    /// By how many seconds the clocks of two ends may differ.
    nonisolated var skew = RuleClock.ordinarySkew

    package nonisolated init(path: String, isDefault: Bool) {
        self.path = path
        self.isDefault = isDefault
    }

    /// Reads the file as it is now. Its includes and credentials are read with it.
    ///
    /// - Parameter former: what an earlier reading has kept: only what differs from it is parsed. It becomes what this
    ///   reading keeps.
    /// - Parameter isWanted: asked at each statement; when it is false, the reading ends, and what it returns is worth
    ///   nothing.
    package nonisolated func read(
        reusing former: inout FormerReading, while isWanted: () -> Bool = { true }
    ) -> Configuration {
        guard isWanted() else { return .invalid([]) }
        var options = ParserOptions.ofThisMachine(traits)
        options.richerTraits = richerTraits
        options.warns = true
        var reading = ConfigurationReading(
            path: path, isDefault: isDefault, reader: ConfigurationReader(), options: options, style: style,
            reusing: former)
        var access = ConfigurationAccess()
        while let loaded = reading.next() {
            guard isWanted() else { return .invalid([]) }
            access.note(loaded, in: reading.accesses[loaded.source])
        }
        let objections = access.objections(
            to: reading.accesses, of: reading.sources, searched: reading.searchedDirectories)
        let clock = RuleClock(now: ProcessEnvironment.time(of: CLOCK_REALTIME).tv_sec, skew: skew)
        return reading.finish(objections: objections, at: clock, keeping: &former)
    }
}

/// Whether what a reading of the configuration leads to is still wanted.
nonisolated final class ReadingWish: Sendable {
    let isAbandoned = Atomic(false)
}

extension ParserOptions {
    /// What this machine knows: /etc/protocols, /etc/services, and the credentials of this process.
    nonisolated static func ofThisMachine(_ traits: KernelTraits) -> ParserOptions {
        let reader = FileSourceReader()
        func table(_ path: String) -> [UInt8] { (try? reader.read(path).bytes) ?? [] }
        return ParserOptions(
            credentials: CredentialDirectory.ofThisProcess(),
            protocolNames: ProtocolNames(parsing: table("/etc/protocols")),
            serviceNames: ServiceNames(parsing: table("/etc/services")), traits: traits)
    }
}
