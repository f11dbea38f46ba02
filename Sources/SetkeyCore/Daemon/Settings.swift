package import ControlProtocol
package import IPsec
package import SetkeySyntax

extension Daemon {
    /// What the daemon was started with.
    package struct Settings: Sendable {
        /// The path of the file, as it was named.
        package var configurationPath: String
        /// Our own, as PF_KEY messages and status have it.
        package var processID: Int32
        /// Names the kernel tables that the daemon talks to, so that it knows them again after a restart.
        package var kernelLife: String
        /// What becomes of declared entries that others delete or alter.
        package var drift: DriftPolicy
        /// What becomes of the kernel's hash thresholds.
        package var thresholds = ThresholdPolicy.auto
        /// Of the kernel that is behind the interface; `nil` if it is not known.
        package var kernelRelease: KernelRelease?
        /// Whether the clock is believed, whatever it says.
        package var trustsClock = false
        /// What texts that come through the control socket are parsed with, before the daemon moves to another kernel
        /// interface.
        package var parserOptions: ParserOptions

        package init(
            configurationPath: String, processID: Int32, kernelLife: String, drift: DriftPolicy,
            parserOptions: ParserOptions
        ) {
            self.configurationPath = configurationPath
            self.processID = processID
            self.kernelLife = kernelLife
            self.drift = drift
            self.parserOptions = parserOptions
        }

        /// What such texts are parsed with now.
        func parserOptions(for kernel: borrowing KernelDesk) -> ParserOptions {
            var options = parserOptions
            (options.traits, options.richerTraits) = (kernel.traits, kernel.richerTraits)
            return options
        }
    }
}
