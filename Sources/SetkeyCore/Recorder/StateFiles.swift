package import IPsec
import TextBytes

/// What must outlive the daemon, as four files: what the file owns, what was in force before an unconfirmed reload, whether
/// one waits, and whether anything is applied at all, which outlives the machine's boots, too. It says what is in them and in which order they are written; where they are is their own matter.
package struct StateFiles<Storage: StateStorage> {
    /// Grows line by line.
    package var ownership: Storage
    /// The state to go back to, with its keys.
    package var former: Storage
    /// Whether a reload waits, and since when.
    package var confirmation: Storage
    /// Is there while nothing is applied.
    package var off: Storage
    /// Names the kernel's tables that a new ownership file is about; see ``OwnershipRecord/life``.
    package var life: String
    /// Of the kernel interface that a former state is to be restored through.
    package var traits: KernelTraits
    /// Of the one to which the daemon moves for it; `nil` if there is none.
    package var richerTraits: KernelTraits?

    /// Files as their storage has them.
    package init(
        ownership: Storage, former: Storage, confirmation: Storage, off: Storage, life: String,
        traits: KernelTraits = .pfKey, richerTraits: KernelTraits? = nil
    ) {
        (self.ownership, self.former, self.confirmation, self.off) = (ownership, former, confirmation, off)
        self.life = life
        self.traits = traits
        self.richerTraits = richerTraits
    }

    // MARK: Reading

    /// What the last daemon left; nothing if it left nothing.
    ///
    /// - Returns: the state, and what is wrong with the files, if anything.
    package mutating func load() -> (state: RestoredState, complaints: [String]) {
        var state = RestoredState()
        var complaints = [
            ownership.removeDraft(), former.removeDraft(), confirmation.removeDraft(), off.removeDraft(),
        ].compactMap(\.self)
        state.off = readOff(&complaints)
        state.ownership = readOwnership(&complaints)
        state.confirmation = readConfirmation(&complaints)
        return (state, complaints)
    }

    private mutating func readConfirmation(
        _ complaints: inout [String]
    ) -> (record: ConfirmationRecord, former: FormerState)? {
        guard let text = read(confirmation, &complaints) else {
            // A daemon was killed when it had written this, or removed the other; it is of no use, and has keys in it.
            if !confirmation.exists { complaints += [former.remove()].compactMap(\.self) }
            return nil
        }
        guard let record = ConfirmationRecord(parsing: String(decoding: text, as: UTF8.self)) else {
            complaints.append(
                "\(confirmation.path) is not readable: whether a reload waits is not known, and none is rolled back")
            return nil
        }
        guard let text = read(former, &complaints) else {
            complaints.append("\(former.path) is missing: the unconfirmed reload cannot be rolled back")
            return nil
        }
        var unreadable = 0
        let state = FormerState(
            parsing: text, endedAt: record.endedAt, traits, richer: richerTraits, unreadable: &unreadable)
        guard let state else {
            complaints.append("\(former.path) is cut short: the unconfirmed reload cannot be rolled back")
            return nil
        }
        if unreadable > 0 {
            complaints.append(
                "\(former.path): \(counted(unreadable, "statement is", "statements are")) "
                    + "not readable, and will not be restored")
        }
        return (record, state)
    }

    private func readOwnership(_ complaints: inout [String]) -> OwnershipRecord {
        var reader = OwnershipRecord.Reader()
        let (isRead, complaint) = ownership.read { reader.take($0) }
        if let complaint { complaints.append("\(complaint); what it says is not known") }
        guard isRead else { return OwnershipRecord() }
        if reader.unreadable > 0 {
            complaints.append(
                "\(ownership.path): lines that are not readable: \(reader.unreadable); what they named is treated as foreign"
            )
        }
        return reader.record
    }

    private func readOff(_ complaints: inout [String]) -> OffMark? {
        guard let text = read(off, &complaints) else { return off.exists ? OffMark(since: 0) : nil }
        return OffMark(parsing: String(decoding: text, as: UTF8.self))
    }

    private func read(_ file: Storage, _ complaints: inout [String]) -> [UInt8]? {
        let (bytes, complaint) = file.read()
        if let complaint { complaints.append("\(complaint); what it says is not known") }
        return bytes
    }

    // MARK: Writing

    /// Writes down `change`; it may take its time.
    ///
    /// - Returns: why it could not be written, and what follows from that.
    package mutating func write(_ change: StateChange) -> String? {
        switch change {
        case .append(let addition):
            // What is not ours has not been read either: nothing of it is lost.
            let isNew = !ownership.isTrusted
            let text = isNew ? OwnershipAddition.head(life: life) + addition.text : addition.text
            return (isNew ? ownership.replace(with: text) : ownership.append(text)).map(Self.ofOwnership)
        case .rewrite(let snapshot):
            return ownership.replace(with: OwnershipAddition.head(life: life) + snapshot.text).map(Self.ofOwnership)
        case .keep(let state): return former.replace(with: state.text).map(Self.ofFormerState)
        case .confirm(let record): return confirmation.replace(with: record.text).map(Self.ofFormerState)
        case .forget: return (confirmation.remove() ?? former.remove()).map(Self.ofFormerState)
        case .turnOff(let mark): return off.replace(with: mark.text)
        case .turnOn: return off.remove().map { "\($0); after a restart the daemon would be off again" }
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
