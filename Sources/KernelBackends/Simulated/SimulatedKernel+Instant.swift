extension SimulatedKernel {
    /// A moment of the clock that the kernel is told: nanoseconds since 1970.
    ///
    /// Lifetimes count whole seconds of it; timers keep the fraction, as the kernel's do.
    package struct Instant: Hashable, Comparable, Sendable {
        private static let nanosecondsPerSecond: UInt64 = 1_000_000_000

        /// Nanoseconds since 1970; enough until the year 2554.
        package let nanoseconds: UInt64

        package init(nanoseconds: UInt64) {
            self.nanoseconds = nanoseconds
        }

        /// The moment at which the second `seconds` since 1970 begins.
        package init(seconds: UInt64) {
            let product = seconds.multipliedReportingOverflow(by: Self.nanosecondsPerSecond)
            nanoseconds = product.overflow ? .max : product.partialValue
        }

        /// Whole seconds since 1970.
        package var seconds: UInt64 { nanoseconds / Self.nanosecondsPerSecond }

        /// The moment `seconds` later; the last one there is when the sum does not fit.
        package func advanced(bySeconds seconds: UInt64) -> Instant {
            let sum = nanoseconds.addingReportingOverflow(Instant(seconds: seconds).nanoseconds)
            return Instant(nanoseconds: sum.overflow ? .max : sum.partialValue)
        }

        package static func < (left: Instant, right: Instant) -> Bool {
            left.nanoseconds < right.nanoseconds
        }
    }
}
