import SetkeyCore
import SetkeySyntax

/// A file that is at hand.
private struct TextAtHand: SourceReader {
    let text: [UInt8]

    func read(_ path: String, upTo limit: Int) throws(SourceError) -> SourceFile {
        SourceFile(bytes: text, identity: SourceIdentity(device: 0, number: 0))
    }

    func expand(_ pattern: String) throws(SourceError) -> [String] { [] }

    func isDirectory(_ path: String) -> Bool { false }
}

/// What a boundary takes of the processor, at which ten SAs begin beside `count` entries, and a reload of the same file.
func measureBoundary(_ count: Int) {
    let reader = TextAtHand(text: largeText(count, later: 10))
    var former = FormerReading()
    func read() -> DesiredState? {
        var reading = ConfigurationReading(
            path: "file", isDefault: false, reader: reader, options: ParserOptions(), reusing: former)
        while reading.next() != nil {}
        let configuration = reading.finish(objections: [], at: RuleClock(now: laterMoment), keeping: &former)
        if case .loaded(let loaded) = configuration { return loaded.desired }
        return nil
    }
    guard let desired = read() else { return print("the file is wrong") }
    var loop = WatchedLoop()
    loop.file = (desired, 1)
    loop.start()
    var readings: [Double] = []
    var reloads: [Double] = []
    for _ in 0..<5 {
        let begin = WatchedLoop.processorTime()
        guard let again = read() else { return }
        readings.append(WatchedLoop.processorTime() - begin)
        loop.file = (again, 1)
        loop.reset()
        loop.post(.reloadRequested)
        reloads.append(loop.total)
    }
    loop.reset()
    loop.passBoundary()
    let reload = median(readings) + median(reloads)
    func shown(_ milliseconds: Double) -> Double { (milliseconds * 10).rounded() / 10 }
    print(
        "\(count) entries: a reload takes \(shown(reload)) ms, of them \(shown(median(readings))) to read; a boundary with ten "
            + "changes \(shown(loop.total)) ms, \((loop.total / reload * 1000).rounded() / 1000) of that")
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
