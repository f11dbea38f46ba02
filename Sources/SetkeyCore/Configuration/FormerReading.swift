import SetkeySyntax

/// What a reading of the configuration leaves for the next one, to make it quicker.
package struct FormerReading: Sendable {
    var sources = ReadSources()
    /// How many entries were declared.
    var associations = 0
    var policies = 0
    /// What the last one that was good has come to, and by what.
    var outcome: (configuration: LoadedConfiguration, trace: ReadingTrace)?

    package init() {}
}
