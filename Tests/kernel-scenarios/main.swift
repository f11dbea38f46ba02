import Glibc
import KernelBackends
import KernelScenarios

/// Plays the scenarios on the kernel named by `--kernel` and prints one line each.
///
/// Exit status: 0 when all passed, 1 when one failed, 2 for a wrong command line.
func run(_ arguments: [String]) -> Int32 {
    let usage = "usage: kernel-scenarios --kernel pfkey|simulated"
    guard arguments.count == 2, arguments[0] == "--kernel" else {
        print(usage)
        return 2
    }
    let kernel: (any KernelUnderTest)? =
        switch arguments[1] {
        case "pfkey": RealKernel()
        case "simulated": SimulatedKernelUnderTest(release: .linux6_1)
        default: nil
        }
    guard var kernel else {
        print(usage)
        return 2
    }
    var failed = 0
    for scenario in Scenario.table {
        do {
            try scenario.run(on: &kernel)
            print("ok   - \(scenario.name)")
        } catch {
            failed += 1
            print("FAIL - \(scenario.name): \(error)")
        }
    }
    print("\(Scenario.table.count - failed) passed, \(failed) failed")
    return failed == 0 ? 0 : 1
}

exit(run(Array(CommandLine.arguments.dropFirst())))
