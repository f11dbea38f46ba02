import ControlProtocol
import IPsec
import SetkeySyntax

/// A plan being applied, step by step.
///
/// A reload that the kernel refuses midway is undone in reverse order, and the former desired state stays in force.
/// At the start there is no former state to return to: what can be applied stays, because half of the policies
/// protect more than none, and every refusal is reported.
struct Application: Sendable {
    let desired: DesiredState
    let locate: StatementLocator
    let warnings: [String]
    let isStart: Bool
    private let steps: [Step]
    private var cursor = 0
    private var undoLog = UndoLog()
    private(set) var isUndoing = false
    /// What went wrong, rendered.
    private(set) var failures: [String] = []
    /// Kernel writes so far, undone ones and undoing ones included.
    private(set) var writes = 0

    init(plan: Plan, desired: DesiredState, locate: StatementLocator, warnings: [String], isStart: Bool) {
        steps = plan.steps
        self.desired = desired
        self.locate = locate
        self.warnings = warnings
        self.isStart = isStart
    }

    /// The next request; `nil` when the application is over, one way or the other.
    mutating func next() -> KernelRequest? {
        if isUndoing { return undoLog.next() }
        return cursor < steps.count ? steps[cursor].request : nil
    }

    /// Whether nothing is left to do, one way or the other.
    var isOver: Bool { isUndoing ? undoLog.isEmpty : cursor == steps.count }

    mutating func succeeded(_ request: KernelRequest, answer: KernelEvent.Content, former: FormerEntries) {
        writes += 1
        guard !isUndoing else { return }
        if !isStart { undoLog.record(request, answer: answer, former: former) }
        cursor += 1
    }

    mutating func failed(_ request: KernelRequest, reason: String) {
        let origin = cursor < steps.count && !isUndoing ? steps[cursor].origin : nil
        let place = origin.map { locate($0) + ": " } ?? ""
        failures.append("\(place)error: \(isUndoing ? "undo: " : "")\(request.phrase): \(reason)")
        guard !isUndoing else { return }
        cursor += 1
        if !isStart { isUndoing = true }
    }
}
