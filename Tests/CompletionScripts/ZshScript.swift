import SetkeyClient

/// The completion for zsh, whose options say which ones they exclude.
enum ZshScript {
    static var text: String {
        """
        #compdef setkey
        \(CompletionScript.head("zsh"))

        _arguments -s \\
        \(CommandOption.all.map { "    " + specification($0) }.joined(separator: " \\\n"))

        """
    }

    private static func specification(_ option: CommandOption) -> String {
        let excluded = CommandOption.all.filter { excludes(option, $0) }.flatMap(\.names)
        let repetition = option.operation == .monitor ? "*" : ""
        let prefix = "'(\(excluded.joined(separator: " ")))\(repetition)'"
        let names = option.names.map { name in
            option.value == nil ? name : name.hasPrefix("--") ? "\(name)=" : "\(name)+"
        }
        let written = names.count == 1 ? names[0] : "{\(names.joined(separator: ","))}"
        return "\(prefix)\(written)'[\(option.explanation.replacing("'", with: #"'\''"#))]\(value(option))'"
    }

    /// Whether `other` is not to be offered once `option` is there.
    private static func excludes(_ option: CommandOption, _ other: CommandOption) -> Bool {
        // `-xx` says more than `-x`.
        if option.names == other.names { return option.operation != .monitor }
        return !fits(option, other) && !fits(other, option)
    }

    /// Whether `option` makes sense where `other` is.
    private static func fits(_ option: CommandOption, _ other: CommandOption) -> Bool {
        guard let companions = option.companions else { return true }
        if let kind = other.operation, other.modifier == nil || !companions.isEmpty { return companions.contains(kind) }
        // Two modifiers, which have to have an operation in common.
        guard option.operation == nil, let modifier = option.modifier, let rival = other.modifier else {
            return other.companions == nil
        }
        return companions.contains { kind in
            rival.partners.contains(kind) && !modifier.rivals(with: kind).contains(rival)
                && !rival.rivals(with: kind).contains(modifier)
        }
    }

    private static func value(_ option: CommandOption) -> String {
        if option.operation == .confirm { return "::seconds:(\(CompletionScript.seconds.joined(separator: " ")))" }
        guard let name = option.value else { return "" }
        switch ValueKind(option) {
        case .file: return ":\(name.lowercased()):_files"
        case .device: return ":interface:_net_interfaces"
        case .process: return ":process id:_pids"
        case .words(let words): return ":what:(\(words.joined(separator: " ")))"
        case .free: return ":\(name.lowercased()):"
        }
    }
}
