package import ControlProtocol
import TextBytes

/// A plan as a difference: `+` what is added, `-` what goes, `~` what changes, and below each why.
package struct PlanText {
    private let style: TerminalStyle

    package init(style: TerminalStyle) {
        self.style = style
    }

    /// The whole plan, and a line that counts its steps and the kernel writes.
    package func text(_ steps: [PlanStep]) -> String {
        guard !steps.isEmpty else { return "nothing would change\n" }
        let writes = steps.reduce(0) { $0 + $1.writes }
        return steps.map(text).joined()
            + "\(counted(steps.count, "change")), \(counted(writes, "write")) to the kernel\n"
    }

    private func text(_ step: PlanStep) -> String {
        let place = step.location.map { "\($0): " } ?? ""
        var text = "\(colored("\(sign(of: step)) \(step.statement)", step))\n"
        text += "    \(place)\(step.reason.phrase)\(cost(of: step))\n"
        for difference in step.differences ?? [] {
            guard let present = difference.present, let declared = difference.declared else { continue }
            text += "    \(difference.field): \(present) -> \(declared)\n"
        }
        return text
    }

    private func sign(of step: PlanStep) -> String {
        switch step.change {
        case .known(.add): "+"
        case .known(.delete): "-"
        default: "~"
        }
    }

    private func cost(of step: PlanStep) -> String {
        guard step.change == .known(.replace) else { return "" }
        return "; will be deleted and re-added, losing packets in between (use a new SPI to avoid this)"
    }

    private func colored(_ line: String, _ step: PlanStep) -> String {
        guard style.color else { return line }
        let color =
            switch step.change {
            case .known(.add): 32
            case .known(.delete): 31
            default: 33
            }
        return "\u{1b}[\(color)m\(line)\u{1b}[0m"
    }
}
