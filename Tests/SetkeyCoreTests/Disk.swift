import IPsec
import SetkeyCore
import Testing

/// The files of the state directory, in memory.
struct Disk {
    private var files: StateFiles<FileInMemory>

    /// - Parameter life: names the kernel's tables.
    /// - Parameter richer: what the daemon moves to where a former state needs it.
    init(life: String, traits: KernelTraits = .pfKey, richer: KernelTraits? = nil) {
        files = StateFiles(
            ownership: FileInMemory(path: "owned"), former: FileInMemory(path: "former"),
            confirmation: FileInMemory(path: "confirmation"), off: FileInMemory(path: "off"), life: life,
            traits: traits, richerTraits: richer)
    }

    /// The disk behind a boot, which keeps no more than that it is off.
    init(life: String, keeping disk: Disk) {
        self.init(life: life)
        off = disk.off
    }

    var life: String {
        get { files.life }
        set { files.life = newValue }
    }

    /// What writing fails with.
    var failure: String? {
        get { files.ownership.failure }
        set {
            files.ownership.failure = newValue
            files.former.failure = newValue
            files.confirmation.failure = newValue
            files.off.failure = newValue
        }
    }

    var ownership: [UInt8] { files.ownership.bytes ?? [] }
    var former: [UInt8]? { files.former.bytes }
    var confirmation: [UInt8]? { files.confirmation.bytes }
    var off: [UInt8]? {
        get { files.off.bytes }
        set { files.off.bytes = newValue }
    }

    /// Returns why it could not be written.
    mutating func write(_ change: StateChange) -> String? { files.write(change) }

    /// What a daemon finds that starts now.
    mutating func load() -> RestoredState {
        let (state, complaints) = files.load()
        #expect(complaints.isEmpty)
        return state
    }

    /// What a daemon would find that starts now.
    var restored: RestoredState {
        var disk = self
        return disk.load()
    }
}

/// A file of the state that is an array.
struct FileInMemory: StateStorage {
    let path: String
    var bytes: [UInt8]?
    /// What writing fails with.
    var failure: String?

    init(path: String) {
        self.path = path
    }

    var exists: Bool { bytes != nil }
    var isTrusted: Bool { bytes != nil }

    func read(_ take: (ArraySlice<UInt8>) -> Void) -> (isRead: Bool, complaint: String?) {
        guard let bytes else { return (false, nil) }
        take(bytes[...])
        return (true, nil)
    }

    mutating func replace(with text: [UInt8]) -> String? {
        if failure == nil { bytes = text }
        return failure
    }

    mutating func append(_ text: [UInt8]) -> String? {
        if failure == nil { bytes? += text }
        return failure
    }

    mutating func remove() -> String? {
        guard bytes != nil else { return nil }
        if failure == nil { bytes = nil }
        return failure
    }

    mutating func removeDraft() -> String? { nil }
}
