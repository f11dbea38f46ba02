import Glibc
import SetkeyCore
import SetkeySyntax

/// Where the daemon keeps what must outlive it: which entries are its file's, and, while a reload waits for its
/// confirmation or has been taken back, what was in force before.
///
/// Files are for their owner alone. Each is replaced at once or not at all, but for the ownership file, which grows line
/// by line.
nonisolated struct StateDirectory: Sendable {
    let path: String
    /// See ``OwnershipRecord/life``.
    private let life: String

    private var ownership: StateFile { StateFile(path: path + "/owned") }
    private var former: StateFile { StateFile(path: path + "/former") }
    private var confirmation: StateFile { StateFile(path: path + "/confirmation") }

    /// Makes the directory, if it is not there; its parent must be.
    init(path: String, life: String) throws(StartError) {
        self.path = path
        self.life = life
        guard unsafe mkdir(path, 0o755) != 0 else { return }
        let number = errno
        guard number == EEXIST else {
            throw StartError("cannot create the state directory \(path): \(StateFile.text(number))")
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw StartError("the state directory \(path) is not a directory; name another with --state-directory")
        }
    }

    /// Keeps other daemons from the directory while the descriptor is held: they would write over each other's files.
    @MainActor func lock() throws(StartError) -> FileDescriptor {
        let file = path + "/lock"
        let rawValue = unsafe open(file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard rawValue >= 0 else { throw StartError("cannot open \(file): \(StateFile.text(errno))") }
        let descriptor = FileDescriptor(owning: rawValue)
        guard flock(rawValue, LOCK_EX | LOCK_NB) == 0 else {
            throw StartError(
                "another setkeyd uses the state directory \(path); stop it, or name another with --state-directory")
        }
        return descriptor
    }

    // MARK: Reading

    /// What the last daemon left; nothing if it left nothing.
    ///
    /// - Returns: the state, and what is wrong with the files, if anything.
    func load() -> (state: RestoredState, complaints: [String]) {
        var state = RestoredState()
        var complaints: [String] = []
        var unreadable = 0
        complaints += [ownership, former, confirmation].compactMap { $0.removeDraft() }
        if let text = read(ownership, &complaints) {
            state.ownership = OwnershipRecord(parsing: String(decoding: text, as: UTF8.self), unreadable: &unreadable)
            if unreadable > 0 {
                complaints.append(
                    "\(ownership.path): \(unreadable) lines are not readable; what they named is treated as foreign")
            }
        }
        guard let text = read(confirmation, &complaints) else {
            // A daemon was killed when it had written this, or removed the other; it is of no use, and has keys in it.
            if !confirmation.exists { complaints += [former.remove()].compactMap { $0 } }
            return (state, complaints)
        }
        guard let record = ConfirmationRecord(parsing: String(decoding: text, as: UTF8.self)) else {
            complaints.append(
                "\(confirmation.path) is not readable: whether a reload waits is not known, and none is rolled back")
            return (state, complaints)
        }
        guard let text = read(former, &complaints) else {
            complaints.append("\(self.former.path) is missing: the unconfirmed reload cannot be rolled back")
            return (state, complaints)
        }
        unreadable = 0
        guard let former = FormerState(parsing: text, endedAt: record.endedAt, unreadable: &unreadable) else {
            complaints.append("\(self.former.path) is cut short: the unconfirmed reload cannot be rolled back")
            return (state, complaints)
        }
        state.confirmation = (record, former)
        if unreadable > 0 {
            complaints.append(
                "\(self.former.path): \(unreadable) statements are not readable, and will not be restored")
        }
        return (state, complaints)
    }

    private func read(_ file: StateFile, _ complaints: inout [String]) -> [UInt8]? {
        do throws(SourceError) {
            return try FileSourceReader().read(file.path).bytes
        } catch {
            if error.reason != .missing { complaints.append("\(error); what it says is not known") }
            return nil
        }
    }

    // MARK: Writing

    /// Writes down `change`; it may take its time.
    ///
    /// - Returns: why it could not be written, and what follows from that.
    func write(_ change: StateChange) -> String? {
        switch change {
        case .append(let journal):
            let isNew = !ownership.exists
            let text = isNew ? OwnershipJournal.head(life: life) + journal.text : journal.text
            return (isNew ? ownership.replace(with: text) : ownership.append(text)).map(Self.ofOwnership)
        case .rewrite(let snapshot):
            return ownership.replace(with: OwnershipJournal.head(life: life) + snapshot.text).map(Self.ofOwnership)
        case .keep(let state): return former.replace(with: state.text).map(Self.ofFormerState)
        case .confirm(let record): return confirmation.replace(with: record.text).map(Self.ofFormerState)
        case .forget: return (confirmation.remove() ?? former.remove()).map(Self.ofFormerState)
        }
    }

    private static func ofOwnership(_ complaint: String) -> String {
        """
        \(complaint); after a restart the daemon will not know what this file declared, and what is taken out of it \
        meanwhile stays in the kernel
        """
    }

    private static func ofFormerState(_ complaint: String) -> String {
        "\(complaint); a restart of the daemon would not know of the unconfirmed reload"
    }
}
