import Glibc
import IPsec
import SetkeySyntax
import TextBytes

/// `--roll`: the statements by which the SAs of a tunnel give way to new ones. No daemon is asked, and no key is made.
enum RollRun {
    static func run(_ options: RollOptions) throws(ClientFailure) {
        var source = try StatementSource(options.input, for: .roll, expectsForward: false)
        while source.next() != nil {}
        try SetkeyClient.report(source)
        let names = source.sources.reduce(into: Set<String>()) { $0.formUnion($1.credentialNames) }
        let roll: TunnelRoll
        do throws(TunnelRoll.Failure) {
            roll = try TunnelRoll(
                of: source.state, spi: options.spi, at: options.moment, overlap: options.overlap,
                isPeer: options.isForPeer, names: names)
        } catch {
            throw ClientFailure(.failure, explanation(of: error, options))
        }
        let text = RollText(options, source.sources)
        if let place = text.placeWithoutTimes(in: roll) {
            throw ClientFailure(.failure, "\(place): only add says when an SA holds: write it in place of update")
        }
        if options.moment <= time(nil) {
            try SetkeyClient.remark([
                "setkey: warning: \(CalendarTime(options.moment)) is past: what sends would end at once"
            ])
        }
        try SetkeyClient.say(text.text(roll))
    }

    /// What is wrong, and what can be done.
    private static func explanation(of failure: TunnelRoll.Failure, _ options: RollOptions) -> String {
        let spi = "SPI 0x\(String(options.spi.rawValue, radix: 16))"
        return switch failure {
        case .unknown: "no SA of the file has \(spi)"
        case .ambiguous: "SAs of several tunnels have \(spi): name another SA of the tunnel"
        case .group:
            "\(spi) is of a group, which is switched by its policies: see setkey.conf(5), Keys that change by themselves"
        case .notInForce(let times):
            "the SA with \(spi) holds \(listed(times.map(\.phrase), "and")), not at \(CalendarTime(options.moment)): "
                + "name the one that does, or another moment"
        case .begins(let moment):
            "an SA of the tunnel would end before it begins, at \(CalendarTime(moment)): name a later moment"
        case .ends(let moment):
            "an SA of the tunnel ends at \(CalendarTime(moment)) already: name the one that follows it, and a later moment"
        case .unknownEnd:
            "no 'out' policy of the file sends by an SA of this tunnel, so that it is not known which end the file is for: "
                + "declare the policies"
        case .bothEnds:
            "'out' policies of the file are for packets from both ends of this tunnel, so that it is not known which "
                + "end the file is for: declare one whose source is this end alone, and none for the other one alone"
        case .ofOneEnd(let identity):
            "\(identity) has -dir or -hwif, which are not the same at the other end: run --roll there, "
                + "with the file of that end"
        case .several(let one, let other):
            "\(one) and \(other) are for one direction: it is not known which of them is to be rolled"
        case .noFreeSPI(let ipsecProtocol): "SAs of the file have all SPIs of \(ipsecProtocol.word)"
        }
    }
}
