import KernelBackends
import KernelScenarios
import Testing

/// The table that the real kernels pass in the VM, on the simulated ones.
@Suite struct SimulatedScenarioTests {
    @Test(arguments: Scenario.table, SimulatedKernel.Release.allCases)
    func theSimulatedKernelAnswersLikeTheRealOne(_ scenario: Scenario, _ release: SimulatedKernel.Release) throws {
        var kernel: any KernelUnderTest = SimulatedKernelUnderTest(release: release)
        try scenario.run(on: &kernel)
    }

    @Test(arguments: XFRMScenario.table, SimulatedKernel.Release.allCases)
    func theSecondDoorAnswersLikeTheRealOne(_ scenario: XFRMScenario, _ release: SimulatedKernel.Release) throws {
        var kernel: any KernelUnderTest = SimulatedKernelUnderTest(release: release)
        try scenario.run(on: &kernel)
    }

    @Test func everyScenarioHasANameOfItsOwn() {
        #expect(Set(Scenario.table.map(\.name)).count == Scenario.table.count)
        #expect(Set(XFRMScenario.table.map(\.name)).count == XFRMScenario.table.count)
        #expect(Scenario.table.count + XFRMScenario.table.count >= 200)
    }
}
