import CompletionScripts
import Testing

/// The completions in docs are made of the options, and offer what goes together.
struct CompletionScriptTests {
    private static let directory: String = {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        return root.joined(separator: "/") + "/docs/completions"
    }()

    @Test(arguments: CompletionScript.allCases) func theFilesAreMadeOfTheOptions(script: CompletionScript) throws {
        let file = try run("/bin/cat", ["\(Self.directory)/\(script.rawValue)"]).output
        #expect(file == script.text, "it is older than the options: make completions")
    }

    /// What bash offers behind these words.
    @Test(arguments: [
        ("-D --p", "--policies --ports"), ("-DP --no", "--no-per-socket"), ("-F --j", ""), ("-x --o", "--only"),
        ("-x --only ", "associations policies expiry"), ("--plan -", "-f --file --json --at --skew --socket --help"),
        ("--plan -f a --j", "--json"), ("--reload --c", "--confirm"), ("--off --confirm ", "30 60 300"),
        ("--confirm --", "--json --socket --help"), ("--save --o", "--owned"), ("-l --once --o", "--once"),
        ("--sta", "--status"), ("-l --on", "--once"), ("--on", "--on --only --once"), ("-D --metr", ""),
        ("--reload --confirm --", "--json --socket --help"), ("--off --confirm 60 --c", ""),
    ]) func bashOffersWhatGoesTogether(line: String, offered: String) throws {
        let script = """
            _init_completion() {
                words=(setkey \(line.hasSuffix(" ") ? "\(line)''" : line))
                cword=$((${#words[@]} - 1))
                cur=${words[cword]} prev=${words[cword - 1]}
            }
            _filedir() { :; }
            source \(Self.directory)/setkey.bash
            _setkey
            echo ${COMPREPLY[@]}
            """
        let outcome = try run("/bin/bash", ["-c", script])
        #expect(outcome.output == offered + "\n", "\(outcome.errors)")
    }

    /// What fish offers, without the explanations.
    @Test(arguments: [
        ("-D --p", ["--policies", "--ports"]), ("-F --j", []), ("-x --only ", ["associations", "expiry", "policies"]),
        ("--plan --f", ["--file"]), ("-D --f", []), ("--off --c", ["--confirm"]),
        ("--on --confirm ", ["30", "60", "300"]),
    ]) func fishOffersWhatGoesTogether(line: String, offered: [String]) throws {
        let script = "source \(Self.directory)/setkey.fish; complete -C 'setkey \(line)'"
        let outcome = try run("/usr/bin/fish", ["--no-config", "-c", script])
        let words = outcome.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        #expect(words == offered, "\(outcome.errors)")
    }

    @Test(arguments: [
        ("bash", ["setkey.bash", "setkeyd.bash"]), ("zsh", ["_setkey", "_setkeyd"]),
        ("fish", ["setkey.fish", "setkeyd.fish"]),
    ]) func everyShellReadsItsScripts(shell: String, scripts: [String]) throws {
        for script in scripts {
            let outcome = try run("/usr/bin/\(shell)", ["-n", "\(Self.directory)/\(script)"])
            #expect(outcome.ending == .exited(0) && outcome.errors.isEmpty, "\(script): \(outcome.errors)")
        }
    }
}
