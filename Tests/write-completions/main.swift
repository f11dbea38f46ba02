import CompletionScripts

// Prints one of the completions of setkey, as its options are now: `make completions`.
let name = CommandLine.arguments.dropFirst().first ?? ""
guard let script = CompletionScript(rawValue: name) else {
    fatalError("name one of \(CompletionScript.allCases.map(\.rawValue))")
}
print(script.text, terminator: "")
