import FoundationEssentials

/// The text of a dump that is rendered as it travels, as another reader of JSON than ours has it; `""` where it is none.
package func dumpText(_ travelling: [UInt8]) -> String {
    let quoted = Data([UInt8(ascii: "\"")] + travelling + [UInt8(ascii: "\"")])
    return (try? JSONDecoder().decode(String.self, from: quoted)) ?? ""
}
