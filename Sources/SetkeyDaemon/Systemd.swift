import CSystemd
import Glibc

/// What libsystemd does for us with memory of ours.
nonisolated enum Systemd {
    /// The time within which the service manager wants to hear that we are alive, in microseconds; `nil` if it does not.
    static var watchdogInterval: UInt64? {
        var microseconds: UInt64 = 0
        return unsafe sd_watchdog_enabled(0, &microseconds) > 0 ? microseconds : nil
    }

    /// Sends one entry to the journal: fields that lie one after the other in `text` and end at `ends`.
    ///
    /// - Returns: whether the journal took it.
    static func sendToJournal(_ text: inout [UInt8], ends: [Int]) -> Bool {
        unsafe text.withUnsafeMutableBytes { bytes in
            var start = 0
            var vectors = unsafe [iovec]()
            for end in ends {
                let base = unsafe bytes.baseAddress?.advanced(by: start)
                unsafe vectors.append(unsafe iovec(iov_base: base, iov_len: end - start))
                start = end
            }
            return unsafe sd_journal_sendv(vectors, Int32(clamping: vectors.count)) == 0
        }
    }
}
