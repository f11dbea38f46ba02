import ControlProtocol

/// What the terminal can show.
package struct TerminalStyle: Hashable, Sendable {
    /// Whether its locale is UTF-8.
    package var unicode: Bool
    /// Whether colours are wanted (`NO_COLOR` is not set).
    package var color: Bool

    /// For what is not a terminal.
    package static let plain = TerminalStyle(unicode: false, color: false)

    package init(unicode: Bool, color: Bool) {
        self.unicode = unicode
        self.color = color
    }
}

/// Rows as lines of a terminal: values in, text out.
package struct LiveTable: Sendable {
    /// The columns, left to right.
    private enum Column: Int, CaseIterable {
        case `protocol`, spi, endpoints, mode, bytes, rate, age, left, owner

        var title: String {
            switch self {
            case .protocol: "PROTO"
            case .spi: "SPI"
            case .endpoints: "ENDPOINTS"
            case .mode: "MODE"
            case .bytes: "BYTES"
            case .rate: "BYTES/S"
            case .age: "AGE"
            case .left: "LEFT"
            case .owner: "OWNER"
            }
        }

        var alignsRight: Bool { self == .bytes || self == .rate || self == .age }
    }

    /// What is given up, in this order, when the terminal is too narrow.
    private static let sacrifices: [Column] = [.mode, .age, .rate, .bytes, .left]
    private static let widestBar = 20
    private static let narrowestBar = 6
    private static let gap = 2

    private let width: Int
    private let height: Int
    private let style: TerminalStyle

    /// - Parameters:
    ///   - width: columns of the terminal.
    ///   - height: its rows; the lines never exceed them.
    package init(width: Int, height: Int, style: TerminalStyle) {
        self.width = max(1, width)
        self.height = max(1, height)
        self.style = style
    }

    /// A line of titles, a line an SA, and where they do not fit, a line that counts the rest.
    package func lines(_ rows: [LiveRow]) -> [String] {
        let capacity = height - 1
        let fits = rows.count <= capacity
        let shown = Array(rows.prefix(fits ? capacity : max(0, capacity - 1)))
        let layout = layout(shown)
        var lines = [line(layout, Column.allCases.map(\.title), emphasis: .title)]
        for row in shown {
            lines.append(line(layout, cells(row, barWidth: layout.barWidth), emphasis: Emphasis(row)))
        }
        if rows.isEmpty { lines.append(clip("no SAs")) }
        if !fits { lines.append(clip("\(ellipsis) \(rows.count - shown.count) more")) }
        return Array(lines.prefix(height))
    }

    private var ellipsis: String { style.unicode ? "…" : "..." }

    // MARK: Layout

    private struct Layout {
        /// The width of each shown column.
        var widths: [Column: Int]
        var barWidth: Int

        var total: Int { widths.values.reduce(0, +) + LiveTable.gap * max(0, widths.count - 1) }
    }

    private func layout(_ rows: [LiveRow]) -> Layout {
        let hasLimits = rows.contains { $0.remaining != nil }
        let whole = natural(rows, barWidth: hasLimits ? Self.widestBar : 0)
        if whole.total <= width, rows.contains(where: { $0.owner != nil }) { return whole }
        // Dumps say whose an SA is, too: that is given up first.
        let rows = rows.map(\.withoutOwner)
        var layout = natural(rows, barWidth: hasLimits ? Self.widestBar : 0)
        if layout.total > width, hasLimits {
            let surplus = layout.total - width
            let barWidth = Self.widestBar - surplus
            layout = natural(rows, barWidth: barWidth >= Self.narrowestBar ? barWidth : 0)
        }
        for column in Self.sacrifices where layout.total > width {
            layout.widths[column] = nil
        }
        if layout.total > width, let endpoints = layout.widths[.endpoints] {
            layout.widths[.endpoints] = max(1, endpoints - (layout.total - width))
        }
        return layout
    }

    private func natural(_ rows: [LiveRow], barWidth: Int) -> Layout {
        var widths = Column.allCases.map(\.title.count)
        for row in rows {
            for (index, cell) in cells(row, barWidth: barWidth).enumerated() {
                widths[index] = max(widths[index], cell.count)
            }
        }
        var layout = Layout(widths: Dictionary(uniqueKeysWithValues: zip(Column.allCases, widths)), barWidth: barWidth)
        if !rows.contains(where: { $0.owner != nil }) { layout.widths[.owner] = nil }
        return layout
    }

    // MARK: Cells

    private func cells(_ row: LiveRow, barWidth: Int) -> [String] {
        [
            row.protocolWord,
            Quantity.spi(row.key.spi),
            "\(row.key.source) \(style.unicode ? "→" : "->") \(row.key.destination)",
            row.mode.rawValue,
            Quantity.scaled(row.bytes),
            row.rate.map(Quantity.scaled) ?? "-",
            row.age.map(Quantity.duration) ?? "-",
            left(row, barWidth: barWidth),
            row.owner ?? "-",
        ]
    }

    private func left(_ row: LiveRow, barWidth: Int) -> String {
        var words = row.state == .known(.mature) ? [] : [row.state.rawValue]
        if let remaining = row.remaining {
            words.insert(remaining.text, at: 0)
            if barWidth > 0 {
                words.insert(Bar.text(remaining.fraction, width: barWidth, unicode: style.unicode), at: 0)
            }
        }
        if row.dropped > 0 { words.append("\(Quantity.scaled(row.dropped)) dropped") }
        return words.isEmpty ? "-" : words.joined(separator: " ")
    }

    // MARK: Lines

    private func line(_ layout: Layout, _ cells: [String], emphasis: Emphasis) -> String {
        var text = ""
        for (column, cell) in zip(Column.allCases, cells) {
            guard let columnWidth = layout.widths[column] else { continue }
            if !text.isEmpty { text += String(repeating: " ", count: Self.gap) }
            let content = shortened(cell, to: columnWidth)
            let padding = String(repeating: " ", count: columnWidth - content.count)
            text += column.alignsRight ? padding + content : content + padding
        }
        while text.last == " " { text.removeLast() }
        return emphasis.apply(to: clip(text), color: style.color)
    }

    private func shortened(_ text: String, to width: Int) -> String {
        guard text.count > width else { return text }
        return String(text.prefix(max(0, width - ellipsis.count)) + ellipsis.prefix(width))
    }

    private func clip(_ text: String) -> String {
        String(text.prefix(width))
    }
}

/// How a line stands out, where colours are wanted.
private enum Emphasis {
    case none
    case title
    case warning
    case alarm

    init(_ row: LiveRow) {
        if row.state == .known(.dead) || (row.remaining?.fraction ?? 1) < 0.05 {
            self = .alarm
        } else {
            self = row.state == .known(.dying) || row.remaining?.isNearEnd == true ? .warning : .none
        }
    }

    func apply(to text: String, color: Bool) -> String {
        guard color, let code else { return text }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    private var code: Int? {
        switch self {
        case .none: nil
        case .title: 1
        case .warning: 33
        case .alarm: 31
        }
    }
}

extension Remaining {
    /// `58:20`, `1.2M bytes`, `12 packets`.
    var text: String {
        switch unit {
        case .seconds: Quantity.duration(left)
        case .bytes: "\(Quantity.scaled(left)) bytes"
        case .packets: "\(Quantity.scaled(left)) packets"
        case .numbers: "\(Quantity.scaled(left)) numbers"
        }
    }
}
