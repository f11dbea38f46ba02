import Glibc
import KernelBackends
import KernelScenarios

/// Plays the scenarios of a kernel interface on the kernel named by `--kernel` and prints one line each.
///
/// Exit status: 0 when all passed, 1 when one failed, 2 for a wrong command line.
func run(_ arguments: [String]) -> Int32 {
    let kernels: [String: () -> (any KernelUnderTest)?] = [
        "pfkey": { RealKernel() }, "xfrm": { RealKernel() },
        "simulated": { SimulatedKernelUnderTest(release: .linux6_1) },
        "simulated-xfrm": { SimulatedKernelUnderTest(release: .linux6_1) },
    ]
    guard arguments.count == 2, arguments[0] == "--kernel", var kernel = kernels[arguments[1]]?() else {
        print("usage: kernel-scenarios --kernel pfkey|xfrm|simulated|simulated-xfrm")
        return 2
    }
    var passed: [Bool] = []
    if arguments[1].hasSuffix("xfrm") {
        for scenario in XFRMScenario.table { passed.append(play(scenario.name) { try scenario.run(on: &kernel) }) }
    } else {
        for scenario in Scenario.table { passed.append(play(scenario.name) { try scenario.run(on: &kernel) }) }
    }
    let failed = passed.count { !$0 }
    print("\(passed.count - failed) passed, \(failed) failed")
    return failed == 0 ? 0 : 1
}

/// Plays one, and prints its line.
///
/// - Returns: whether it passed.
func play(_ name: String, _ body: () throws -> Void) -> Bool {
    do {
        try body()
        print("ok   - \(name)")
        return true
    } catch {
        print("FAIL - \(name): \(error)")
        return false
    }
}

exit(run(Array(CommandLine.arguments.dropFirst())))
