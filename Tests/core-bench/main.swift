import CPrivateMemory
import Glibc

// What the core of the daemon takes, on a simulated kernel; see ``usage``.

let usage = """
    usage: core-bench plans COUNT...        how long plans of files of so many entries take
           core-bench loop LIMIT COUNT...   the longest single turns of the loop, with files of so many entries;
                                            status 1 if one took more than LIMIT milliseconds of the processor
           core-bench memory COUNT...       what memory so many SAs take in the mirror, and how much is left of it
                                            after a flush
           core-bench boundary COUNT...     what a moment takes at which ten SAs begin, and a reload of the same file
           core-bench work KIND FILE        parse, execute, dump, send, list, watch or reload a file of statements, once

    """

func fail() -> Never {
    print(usage, terminator: "")
    exit(2)
}

setkeyd_free_without_delay()
let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "plans":
    for count in arguments.dropFirst().compactMap({ Int($0) }) { measurePlans(count) }
case "loop":
    guard arguments.count > 2, let limit = Double(arguments[1]) else { fail() }
    var isWithin = true
    for count in arguments.dropFirst(2).compactMap({ Int($0) }) {
        // A turn that is too long is so each time; a machine that stands still for a moment does not do so again.
        let isKept = (0..<3).contains { _ in watchLoop(count, limit: limit) }
        isWithin = isKept && isWithin
    }
    exit(isWithin ? 0 : 1)
case "memory":
    for count in arguments.dropFirst().compactMap({ Int($0) }) { measureMemory(count) }
case "boundary":
    for count in arguments.dropFirst().compactMap({ Int($0) }) { measureBoundary(count) }
case "work":
    guard arguments.count == 3, let work = Work(rawValue: arguments[1]), let text = contents(of: arguments[2]) else {
        fail()
    }
    work.run(text)
default:
    fail()
}
