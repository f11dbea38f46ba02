/// Numbers as short as a table wants them.
enum Quantity {
    /// Four significant characters and a decimal prefix: `980`, `12.3k`, `4.56M`.
    static func scaled(_ value: Int) -> String {
        guard value >= 10_000 else { return "\(max(0, value))" }
        var unit = 1000
        var prefix = 0
        while prefix < prefixes.count - 1, value / unit >= 1000 {
            unit *= 1000
            prefix += 1
        }
        let whole = value / unit
        let fraction = value % unit / (unit / 100)
        switch whole {
        case 100...: return "\(whole)\(prefixes[prefix])"
        case 10...: return "\(whole).\(fraction / 10)\(prefixes[prefix])"
        default: return "\(whole).\(fraction < 10 ? "0" : "")\(fraction)\(prefixes[prefix])"
        }
    }

    private static let prefixes = ["k", "M", "G", "T", "P", "E"]

    /// `45s`, `12:05`, `3:04:05`, `5d 03h`.
    static func duration(_ seconds: Int) -> String {
        switch seconds {
        case ..<60: "\(max(0, seconds))s"
        case ..<3600: "\(seconds / 60):\(padded(seconds % 60))"
        case ..<86_400: "\(seconds / 3600):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
        default: "\(seconds / 86_400)d \(padded(seconds / 3600 % 24))h"
        }
    }

    /// `0x00001001`.
    static func spi(_ value: Int) -> String {
        let digits = String(UInt32(truncatingIfNeeded: value), radix: 16)
        return "0x\(String(repeating: "0", count: 8 - digits.count))\(digits)"
    }

    static func padded(_ value: Int) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}

/// A bar of a fraction.
enum Bar {
    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// `fraction` (0...1, others are clamped) of `width` cells; ASCII where the terminal knows no better.
    static func text(_ fraction: Double, width: Int, unicode: Bool) -> String {
        guard width > 0 else { return "" }
        let part = fraction.isFinite ? min(1, max(0, fraction)) : 0
        return unicode ? blocks(part, width) : hashes(part, width)
    }

    private static func blocks(_ part: Double, _ width: Int) -> String {
        let units = Int((part * Double(width * 8)).rounded())
        let partial = eighths[units % 8]
        let empty = width - units / 8 - (partial.isEmpty ? 0 : 1)
        return String(repeating: "█", count: units / 8) + partial + String(repeating: "░", count: empty)
    }

    private static func hashes(_ part: Double, _ width: Int) -> String {
        guard width > 2 else { return String(repeating: " ", count: width) }
        let full = Int((part * Double(width - 2)).rounded())
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: width - 2 - full) + "]"
    }
}
