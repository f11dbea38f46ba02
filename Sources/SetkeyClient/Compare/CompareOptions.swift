/// With what this end is compared.
package enum CompareTarget: Hashable, Sendable {
    /// The daemon of another machine, by ssh: a host as ssh takes it.
    case host(String)
    /// `unix:PATH`: a daemon whose control socket is here.
    case socket(String)
    /// A setkey file, which is the other end's.
    case file(String)

    /// - Parameter word: as it was given; a file is what has a slash, or ends with `.conf`.
    /// - Throws: a usage error.
    package init(_ word: String) throws(ClientFailure) {
        if word.hasPrefix("unix:") {
            self = .socket(String(word.dropFirst("unix:".count)))
        } else if word.contains("/") || word.hasSuffix(".conf") {
            self = .file(word)
        } else if word.isEmpty || word.hasPrefix("-") || word.utf8.contains(where: { $0 <= 32 || $0 == 127 }) {
            // ssh would take it for an option, and an option of ssh runs programs.
            throw .usage("--compare takes a host, unix:PATH, or a file (a name with a '/', or one that ends in .conf)")
        } else {
            self = .host(word)
        }
    }

    /// What it is called in messages.
    var name: String {
        switch self {
        case .host(let host): host
        case .socket(let path): "unix:\(path)"
        case .file(let path): path
        }
    }
}

/// What is compared, and how the other machine is reached.
package struct CompareOptions: Hashable, Sendable {
    package let target: CompareTarget
    /// `--ssh`: a command of the shell, in place of `ssh`.
    package let ssh: String?

    /// - Throws: a usage error.
    package init(_ word: String, ssh: String?) throws(ClientFailure) {
        target = try CompareTarget(word)
        self.ssh = ssh
        guard let ssh else { return }
        guard case .host = target else { throw .usage("--ssh goes with a host, which \(word) is not") }
        guard ssh.contains(where: { $0 != " " }) else { throw .usage("--ssh needs a command") }
    }

    /// The program that has the bridge of a host at its other end, and its arguments.
    ///
    /// The host is an argument of its own, of which no shell here makes anything else.
    func command(for host: String) -> [String] {
        let remote = ["setkey", OperationKind.serveStdio.rawValue]
        guard let ssh else { return ["ssh", "--", host] + remote }
        return ["/bin/sh", "-c", "\(ssh) \"$@\"", "sh", host] + remote
    }
}
