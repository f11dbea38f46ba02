/// What became of reading the configuration file.
package enum Configuration: Sendable {
    /// It is valid.
    case loaded(LoadedConfiguration)
    /// It cannot be read, or has errors: rendered diagnostics.
    case invalid([String])
    /// The default file does not exist, which counts as an empty one.
    case absent(path: String)
}
