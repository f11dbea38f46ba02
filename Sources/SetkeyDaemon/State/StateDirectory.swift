import ControlProtocol
import Glibc
import IPsec
import SetkeyCore
import SetkeySyntax
import TextBytes

/// Where the daemon keeps what must outlive it: which entries are its file's, and, while a reload waits for its
/// confirmation or has been rolled back, what was in force before.
///
/// Whether anything is applied at all is kept in a directory that outlives boots, if there is one.
///
/// Files are for their owner alone. Each is replaced at once or not at all, but for the ownership file, which grows line
/// by line.
nonisolated struct StateDirectory: Sendable {
    let path: String
    /// The directory that was found to be ours; the path may come to lead to another.
    private let descriptor: FileDescriptor
    /// What outlives boots is there.
    private let persistent: (path: String, descriptor: FileDescriptor)
    /// See ``OwnershipRecord/life``.
    private let life: String
    /// Of the kernel interface in use.
    private let traits: KernelTraits
    /// Of the one to which the daemon moves when it is needed.
    private let richerTraits: KernelTraits?

    /// The former state is read like a configuration, and has the same limit.
    private var files: StateFiles<StateFile> {
        StateFiles(
            ownership: file("owned", sizeLimit: OwnershipRecord.fileLimit),
            former: file("former", sizeLimit: FileSourceReader.defaultSizeLimit), confirmation: file("confirmation"),
            off: StateFile(
                directory: persistent.descriptor, directoryPath: persistent.path, name: "off", sizeLimit: 4096),
            life: life, traits: traits, richerTraits: richerTraits)
    }

    /// - Parameter sizeLimit: in bytes; without it what a few short lines take.
    func file(_ name: String, sizeLimit: Int = 4096) -> StateFile {
        StateFile(directory: descriptor, directoryPath: path, name: name, sizeLimit: sizeLimit)
    }

    /// Makes the directories that are not there; their parents must be.
    ///
    /// - Parameter persistentPath: where that is kept which outlives boots; `nil` for `path`.
    /// - Throws: if one is not ours alone to write to: anyone else who can could have keys written into files of theirs,
    ///   or tell us that entries of theirs are our file's.
    init(
        path: String, persistentPath: String? = nil, life: String, traits: KernelTraits = .pfKey,
        richerTraits: KernelTraits? = nil
    ) throws(StartError) {
        self.life = life
        self.traits = traits
        self.richerTraits = richerTraits
        (self.path, descriptor) = try Self.open(path)
        persistent =
            try persistentPath.map { path throws(StartError) in try Self.open(path) } ?? (self.path, descriptor)
    }

    /// Opens a directory that is ours; makes it, if it is not there.
    private static func open(_ path: String) throws(StartError) -> (path: String, descriptor: FileDescriptor) {
        var trimmed = Substring(path)
        // A name with a slash behind it is followed, if it is a link, whatever the flags say.
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        let path = String(trimmed)
        do throws(KernelErrno) {
            try Path.makeDirectory(path)
        } catch {
            if error != .exists {
                throw StartError(
                    "cannot create the state directory \(path): \(systemErrorText(error.rawValue))",
                    errno: error.rawValue)
            }
        }
        let descriptor: FileDescriptor
        let status: stat
        do throws(KernelErrno) {
            descriptor = try .open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            status = try descriptor.status()
        } catch {
            guard error.rawValue != ENOTDIR, error.rawValue != ELOOP else {
                throw StartError(
                    "the state directory \(path) is not a directory; name another with --state-directory")
            }
            throw StartError(
                "cannot open the state directory \(path): \(systemErrorText(error.rawValue))",
                errno: error.rawValue)
        }
        if let reason = distrust(status) { throw StartError("the state directory \(path) \(reason)") }
        return (path, descriptor)
    }

    /// Why others can change what is in the directory of `status`, and what to do; `nil` if it is ours.
    static func distrust(_ status: stat) -> String? {
        guard status.st_uid == geteuid() else {
            return """
                belongs to user \(status.st_uid), not to user \(geteuid()), who runs setkeyd; chown or remove it, or name \
                another with --state-directory
                """
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            return """
                can be written to by its group or by others (mode \(String(status.st_mode & 0o7777, radix: 8))); \
                chmod go-w it, or name another with --state-directory
                """
        }
        return nil
    }

    /// Keeps other daemons from the directory while the descriptor is held: they would write over each other's files.
    func lock() throws(StartError) -> FileDescriptor {
        let (descriptor, complaint) = file("lock").openLock()
        guard let descriptor else { throw StartError(complaint ?? "cannot lock \(path)") }
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            throw StartError(
                "another setkeyd uses the state directory \(path); stop it, or name another with --state-directory")
        }
        return descriptor
    }

    /// What the last daemon left; nothing if it left nothing.
    ///
    /// - Returns: the state, and what is wrong with the files, if anything.
    func load() -> (state: RestoredState, complaints: [String]) {
        var files = files
        return files.load()
    }

    /// Writes down `change`; it may take its time.
    ///
    /// - Returns: why it could not be written, and what follows from that.
    func write(_ change: StateChange) -> String? {
        var files = files
        return files.write(change)
    }
}
