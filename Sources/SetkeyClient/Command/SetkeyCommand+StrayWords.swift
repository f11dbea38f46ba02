extension SetkeyCommand {
    /// What a word that belongs to no flag was meant to be, by the likes of `ip xfrm`, `systemctl` and `wg`.
    private static let meanings: [(words: Set<String>, flag: String)] = [
        (["list", "dump", "show", "ls", "print"], "-D for the SAs, or -DP for the policies"),
        (["status", "info"], "--status"),
        (["metrics", "stats", "prometheus", "exporter"], "--metrics"),
        (["flush", "clear"], "-F for the SAs, or -FP for the policies"),
        (["reload", "restart", "apply", "load"], "--reload, or -f FILE for statements of your own"),
        (["plan", "diff"], "--plan"),
        (["explain", "why", "trace"], "--explain SRC DST"),
        (["save", "export", "showconf"], "--save"),
        (["wireshark", "tshark", "esp_sa"], "--wireshark"),
        (["graph", "dot", "map"], "--graph"),
        (["doctor", "diagnose", "check", "health"], "--doctor"),
        (["compare"], "--compare HOST"),
        (["genkey", "keygen", "newkey"], "--new-key ALGORITHM"),
        (["confirm", "commit"], "--confirm"),
        (["revert", "rollback", "undo"], "--revert"),
        (["off", "stop", "down", "disable"], "--off"),
        (["on", "start", "up", "enable"], "--on"),
        (["monitor", "watch"], "-x"),
        (["live", "top"], "-l"),
        (["check", "test", "validate"], "-n -f FILE"),
        (["help", "usage"], "--help"),
        (["version"], "--version"),
    ]
    /// The statements that somebody may write in place of an operation, keys and all.
    private static let statements: Set<String> = [
        "add", "update", "get", "getspi", "delete", "deleteall", "spdadd", "spdupdate", "spddelete", "spdflush",
        "spddump", "spddefault", "include",
    ]

    /// The error of the first word that belongs to no flag.
    var strayWord: ClientFailure? {
        guard let word = words.first, operations.kinds != [.explain] else { return nil }
        if operations.confirm {
            return .usage("--confirm takes a whole number of seconds, for example 60, not '\(word)'")
        }
        if let kind = operations.kinds.first {
            return .usage("'\(word)' is one argument too many for \(kind.rawValue)")
        }
        return Self.failure(ofStray: word)
    }

    /// What was meant by a word where an operation is wanted. What follows it, which may be a key, is not repeated.
    static func failure(ofStray word: String) -> ClientFailure {
        let lowered = word.lowercased()
        if let meaning = meanings.first(where: { $0.words.contains(lowered) }) {
            return .usage("'\(word)' is not an operation: operations are flags, here \(meaning.flag)")
        }
        if statements.contains(lowered) {
            return .usage("statements come from a file or a pipe: setkey -f FILE, or echo '\(word) ... ;' | setkey -c")
        }
        return .usage(
            "'\(word)' needs a flag: setkey -f FILE runs the statements of FILE, setkey -n -f FILE checks them")
    }
}
