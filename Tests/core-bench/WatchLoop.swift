import ControlProtocol
import IPsec
import SetkeyCore
import SetkeySyntax

/// Takes a daemon through everything that touches many entries at once, with files of `count` entries, and prints the
/// longest turn of each.
///
/// - Parameter limit: what a turn may take, in milliseconds.
/// - Returns: whether every turn kept to it.
func watchLoop(_ count: Int, limit: Double) -> Bool {
    var loop = WatchedLoop()
    var isWithin = true
    func measure(_ name: String, _ body: (inout WatchedLoop) -> Void) {
        loop.reset()
        body(&loop)
        let longest = loop.longest
        isWithin = isWithin && longest.milliseconds <= limit
        let milliseconds = (longest.milliseconds * 10).rounded() / 10
        print("\(count) entries, \(name): \(milliseconds) ms in \(longest.event), of \(loop.turns) turns")
    }
    let first = largeFile(count, version: 1)
    loop.file = (first, 1)
    measure("start with an empty kernel") { $0.start() }
    measure("reload, nothing differs") { $0.post(.reloadRequested) }
    measure("status") { $0.post(.called(WatchedLoop.root, .status)) }
    loop.file = (largeFile(count, version: 1, later: 10), 9)
    measure("reload with ten that begin later") { $0.post(.reloadRequested) }
    measure("their beginning") { $0.passBoundary() }
    loop.file = (largeFile(count, version: 2), 2)
    measure("plan, one in a hundred differs") { $0.post(.called(WatchedLoop.root, .plan(PlanParameters()))) }
    measure("reload, one in a hundred differs") { $0.post(.reloadRequested) }
    measure("rollback of it") { $0.post(.called(WatchedLoop.root, .revert)) }
    loop.file = (largeFile(count, version: 3, changes: .all), 3)
    measure("reload, every entry differs") { $0.post(.reloadRequested) }
    measure("repair after a flush") {
        $0.foreign(.flush(nil))
        $0.foreign(.flushPolicies)
        for _ in 0..<3 { $0.pass(seconds: 1) }
    }
    measure("list of SAs") {
        $0.post(.called(WatchedLoop.root, .listAssociations(ListAssociationsParameters())))
    }
    loop.file = (.empty, 4)
    measure("reload of an empty file") { $0.post(.reloadRequested) }
    measure("rollback of it") { $0.post(.called(WatchedLoop.root, .revert)) }
    loop.file = (largeFile(count, version: 3, changes: .all), 3)
    measure("restart, file as applied") { $0.start() }
    loop.file = (.empty, 5)
    measure("restart, file emptied") { $0.start() }
    loop.file = (first, 1)
    measure("start again") { $0.start() }
    measure("restart that finds them foreign") { $0.start(remembering: false) }
    measure("messages lost, kernel read again") { $0.overrun() }
    measure("audit") { $0.pass(seconds: 700) }
    measure("run: deleteall, no match") {
        $0.run((0..<10_000).map { "deleteall 192.0.2.\($0 & 255) 198.51.100.1 esp;" })
    }
    measure("run: deleteall, half of the SAs") {
        $0.run(
            (0..<count / 4).map {
                "deleteall 10.\($0 >> 16 & 255).\($0 >> 8 & 255).1 10.\($0 >> 16 & 255).\($0 >> 8 & 255).2 esp;"
            })
    }
    measure("run: flush, undone") { $0.run(["flush esp; spdflush; delete 192.0.2.1 192.0.2.2 esp 999;"], atomic: true) }
    measure("run: flush") { $0.run(["flush esp; spdflush;"]) }
    let mixed = (0..<count / 2).map {
        let ends = "10.\($0 >> 16 & 255).\($0 >> 8 & 255)"
        return "add \(ends).1 \(ends).2 \($0 & 1 == 0 ? "esp" : "ah") \(0x1000 + $0) "
            + "\($0 & 1 == 0 ? "-E null -A" : "-A") hmac-md5 0x000102030405060708090a0b0c0d0e0f ;"
    }
    measure("run: add of two protocols") { $0.run(mixed) }
    measure("run: flush of one, undone") { $0.run(["flush esp; delete 192.0.2.1 192.0.2.2 esp 999;"], atomic: true) }
    measure("run: flush of one") { $0.run(["flush esp;"]) }
    measure("run: add again") { $0.run(mixed.filter { $0.contains("esp") }) }
    measure("status") { $0.post(.called(WatchedLoop.root, .status)) }
    measure("messages lost, all SAs gone") {
        $0.foreignUnseen(.flush(nil))
        $0.overrun()
    }
    loop.file = (first, 1)
    measure("reload") { $0.post(.reloadRequested) }
    measure("messages lost, every policy another") {
        $0.foreignUnseen(.flushPolicies)
        for declared in first.policies { $0.foreignUnseen(.addPolicy(declared.entry)) }
        $0.overrun()
    }
    return isWithin
}
