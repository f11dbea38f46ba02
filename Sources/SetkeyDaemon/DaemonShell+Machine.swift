import SetkeyCore

// What takes a look at the machine, or at all of the kernel's entries: away from the main queue.

extension DaemonShell {
    func examine(_ examination: Examination) {
        examiner.run {
            let report =
                examination.isOfMachine
                ? MachineReport.read(pathsTo: examination.tunnelEnds, lookingFor: examination.arrivals)
                : MachineReport()
            let result = examination.result(report)
            onNextTurn { [weak self] in self?.post(.examined(result)) }
        }
    }

    func measure(_ measurement: Measurement) {
        examiner.run {
            let result = measurement.result(measurement.isOfMachine ? MachineReport.readCounters() : [])
            onNextTurn { [weak self] in self?.post(.measured(result)) }
        }
    }

    func settleDevices() {
        examiner.run {
            RouteSocket.awaitKernel()
            onNextTurn { [weak self] in self?.post(.devicesSettled) }
        }
    }
}
