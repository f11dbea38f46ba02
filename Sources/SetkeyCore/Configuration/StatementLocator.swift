package import SetkeySyntax

/// Renders where a statement of the configuration stands: `setkey.conf:3:1`.
package struct StatementLocator: Sendable {
    private let render: @Sendable (StatementOrigin) -> String

    package init(_ render: @escaping @Sendable (StatementOrigin) -> String) {
        self.render = render
    }

    /// `FILE:LINE:COLUMN` of the statement at `origin`.
    package func callAsFunction(_ origin: StatementOrigin) -> String { render(origin) }
}
