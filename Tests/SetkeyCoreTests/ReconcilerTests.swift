import IPsec
import Testing

@testable import SetkeyCore

/// The reconciler as a machine of its own: from what is asked of it to what it has others do.
struct ReconcilerTests {
    private static func started(_ spis: UInt32...) -> Reconciling {
        var machine = Reconciling()
        machine.file = spis
        machine.start()
        machine.news = []
        return machine
    }

    @Test func aStartLeadsToTheFileAndIsSettled() {
        var machine = Reconciling()
        machine.file = [300, 301]
        machine.start()
        #expect(machine.news == ["read", "ready"])
        #expect(machine.spis == [300, 301] && machine.declared == [300, 301])
        #expect(machine.reconciler.isSettled && machine.reconciler.isIdle)
        #expect(machine.reconciler.standing.last?.outcome == "done: 2 kernel writes")
    }

    @Test func aStartWithAWrongFileFails() {
        var machine = Reconciling()
        machine.file = nil
        machine.start()
        #expect(machine.news == ["read", "start failed"])
        #expect(machine.reconciler.isIdle && !machine.reconciler.isSettled && machine.reconciler.standing.isReady)
    }

    @Test func aStartThatCannotReadTheKernelWaits() {
        var machine = Reconciling()
        machine.file = [300]
        machine.dumpFailure = .busy
        machine.start()
        #expect(machine.news == ["read"])
        #expect(!machine.reconciler.isIdle && !machine.reconciler.standing.isReady)
        #expect(machine.reconciler.standing.trouble?.contains("read") == true)
    }

    @Test func aReloadWhoseStepIsRefusedIsUndone() {
        var machine = Self.started(300)
        machine.file = [301, 302, 303]
        machine.refused = [302]
        machine.reload()
        #expect(machine.news == ["read", "failed 1", "ready"])
        #expect(machine.spis == [300] && machine.declared == [300])
        #expect(machine.reconciler.ownership.leftover.isEmpty)
        #expect(machine.log.contains("the kernel refused a step of the last reload, which was rolled back"))
    }

    @Test func reloadsThatComeDuringAnotherFoldIntoOne() {
        var machine = Self.started(300)
        machine.file = [301]
        machine.isReadingSlow = true
        machine.reload()
        machine.reload(for: Reconciling.second)
        machine.reload()
        #expect(machine.news == ["read"])
        machine.finishReading()
        #expect(machine.news.filter { $0.hasPrefix("replied") } == ["replied 1", "replied 2", "replied 1"])
        #expect(machine.news.count { $0 == "read" } == 2 && machine.news.count { $0 == "ready" } == 2)
        #expect(machine.spis == [301])
    }

    @Test func aReloadThatNobodyConfirmsIsReversed() {
        var machine = Self.started(300)
        machine.file = [301]
        machine.reload(confirm: 60)
        #expect(machine.spis == [301])
        #expect(machine.reconciler.secondsLeftToConfirm(machine.context) == 60)
        machine.pass(59)
        #expect(machine.spis == [301])
        machine.news = []
        machine.pass(1)
        #expect(machine.spis == [300] && machine.declared == [300])
        #expect(machine.news == ["wrote keep", "wrote reverted", "ready"])
        #expect(machine.reconciler.secondsLeftToConfirm(machine.context) == nil)
        // SIGHUP does not bring the file back; a client does.
        machine.reload(for: nil)
        #expect(machine.spis == [300])
        machine.reload()
        #expect(machine.spis == [301])
    }

    @Test func aConfirmedReloadStays() {
        var machine = Self.started(300)
        machine.file = [301]
        machine.reload(confirm: 60)
        machine.news = []
        machine.happen { $0.confirm(for: Caller(client: Reconciling.first, peer: nil), &$1) }
        #expect(machine.news == ["wrote forget", "replied 1"])
        machine.pass(100)
        #expect(machine.spis == [301])
        machine.happen { $0.revert(for: Caller(client: Reconciling.first, peer: nil), &$1) }
        #expect(machine.spis == [300])
    }

    /// 300, then a reload of 301 that waits for its confirmation, and one of 302 that is being applied.
    private static func applyingASecond(confirm seconds: Int?) -> Reconciling {
        var machine = started(300)
        machine.file = [301]
        machine.reload(confirm: 60)
        machine.file = [302]
        machine.isKernelSlow = true
        machine.reload(confirm: seconds)
        machine.news = []
        return machine
    }

    private static func confirm(_ machine: inout Reconciling) {
        machine.happen { $0.confirm(for: Caller(client: Reconciling.first, peer: nil), &$1) }
    }

    @Test func whatIsConfirmedWhileTheNextReloadIsAppliedIsWhereThatGoesBackTo() {
        var machine = Self.applyingASecond(confirm: nil)
        Self.confirm(&machine)
        #expect(machine.news == ["wrote forget", "replied 1"])
        machine.finishAsking()
        #expect(machine.spis == [302] && machine.reconciler.secondsLeftToConfirm(machine.context) == nil)
        machine.happen { $0.revert(for: Caller(client: Reconciling.first, peer: nil), &$1) }
        #expect(machine.spis == [301] && machine.declared == [301])
    }

    @Test func aReloadThatMustBeConfirmedItselfKeepsItsWayBackThen() {
        var machine = Self.applyingASecond(confirm: 30)
        Self.confirm(&machine)
        // Should the daemon be killed now, the one after it goes back to 301.
        #expect(machine.news == ["wrote keep", "wrote waiting", "replied 1"])
        machine.finishAsking()
        #expect(machine.spis == [302] && machine.reconciler.secondsLeftToConfirm(machine.context) == 30)
        machine.pass(30)
        #expect(machine.spis == [301] && machine.declared == [301])
    }

    @Test func aReloadThatIsRefusedAfterThatLeavesNothingToConfirm() {
        var machine = Self.applyingASecond(confirm: 30)
        machine.refused = [302]
        Self.confirm(&machine)
        machine.news = []
        machine.finishAsking()
        #expect(machine.news.contains("wrote forget") && machine.news.contains("failed 1"))
        machine.pass(100)
        #expect(machine.spis == [301] && machine.declared == [301])
    }

    @Test func aTimeThatEndsWhileTheNextReloadIsAppliedRollsBackBoth() {
        var machine = Self.applyingASecond(confirm: nil)
        machine.pass(60)
        #expect(machine.reconciler.secondsLeftToConfirm(machine.context) == nil)
        machine.finishAsking()
        #expect(machine.spis == [300] && machine.declared == [300])
    }

    @Test func aReloadWhoseWayBackCannotBeWrittenDownIsNotBegun() {
        var machine = Self.started(300)
        machine.file = [301]
        machine.diskFailure = "the disk is full"
        machine.reload(confirm: 60)
        #expect(machine.news.contains("failed 1") && !machine.news.contains("replied 1"))
        #expect(machine.spis == [300] && machine.declared == [300])
        // Without a confirmation it is.
        machine.reload()
        #expect(machine.spis == [301])
    }

    @Test func whatOthersDeleteIsPutBackAndThatIsNoReload() {
        var machine = Self.started(300, 301)
        machine.lose(300)
        #expect(machine.spis == [301])
        machine.pass(1)
        #expect(machine.spis == [300, 301])
        #expect(machine.reconciler.isSettled && machine.news.isEmpty)
        #expect(machine.log.contains("drift: 1 declared entry restored"))
    }

    @Test func aRepairThatIsRefusedIsTriedAgain() {
        var machine = Self.started(300)
        machine.refused = [300]
        machine.lose(300)
        machine.pass(1)
        #expect(machine.spis.isEmpty && !machine.reconciler.isSettled)
        machine.refused = []
        machine.pass(6)
        #expect(machine.spis == [300] && machine.reconciler.isSettled)
    }

    @Test func whoWaitsIsSentAwayWhenTheKernelCannotBeReadAndTheReloadGoesOn() {
        var machine = Self.started(300)
        machine.file = [301]
        machine.isReadingSlow = true
        machine.reload()
        machine.dumpFailure = .busy
        machine.happen { $1.kernel.overrun(&$1.out) }
        machine.finishReading()
        #expect(machine.news == ["read", "failed 1", "ready"])
        #expect(machine.spis == [301] && machine.reconciler.isSettled)
    }
}
