import IPsec
import TextBytes

/// What is added to the ownership file; see ``OwnershipRecord``.
///
/// The file outlives the daemon and holds no keys. It grows by what changes, so that a reload of a large file that
/// changes little writes little, and is written anew when most of it is history.
package struct OwnershipAddition: Sendable {
    /// From when on the entries are declared, seconds since 1970.
    var time: Int
    /// Entries that are the file's from now on; written before they are asked of the kernel.
    var claimed = NameLists()
    /// Entries that are no longer the file's; written after they have gone.
    var released = NameLists()
    /// Declared entries whose hard lifetime has ended.
    var expired = NameLists()
    /// The file that has been applied.
    var fingerprint: Fingerprint?

    init(time: Int) {
        self.time = time
    }

    var isEmpty: Bool {
        claimed.isEmpty && released.isEmpty && expired.isEmpty && fingerprint == nil
    }

    /// The lines that it is.
    var lineCount: Int {
        claimed.count + released.count + expired.count + 2
    }

    /// The text to append to the file.
    package var text: [UInt8] {
        var text: [UInt8] = []
        if !claimed.isEmpty {
            text.append("at ")
            text.append(decimal: UInt64(clamping: time))
            text.append("\n")
        }
        claimed.appendLines("+ ", to: &text)
        released.appendLines("- ", to: &text)
        expired.appendLines("! ", to: &text)
        if let fingerprint {
            text.append("file ")
            text.append(hexadecimal: fingerprint.rawValue, width: 16)
            text.append("\n")
        }
        return text
    }

    /// The head of a new file.
    ///
    /// - Parameter life: names the kernel tables that the entries are in; see ``OwnershipRecord/life``.
    package static func head(life: String) -> [UInt8] {
        Array("# What setkeyd's file has declared; written by setkeyd, no keys.\nlife \(life)\n".utf8)
    }
}
