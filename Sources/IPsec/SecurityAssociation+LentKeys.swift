extension SecurityAssociation {
    /// The keys of an SA where they lie.
    package struct LentKeys: ~Escapable {
        package let encryption: Span<UInt8>?
        package let integrity: Span<UInt8>?

        /// - Parameter keys: outlive it; whoever makes it binds it to their lifetime.
        @unsafe
        @_lifetime(immortal)
        init(_ keys: AssociationKeys?) {
            encryption = unsafe Self.lend(keys?.encryptionBytes)
            integrity = unsafe Self.lend(keys?.integrityBytes)
        }

        @unsafe
        @_lifetime(immortal)
        private static func lend(_ bytes: UnsafeBufferPointer<UInt8>?) -> Span<UInt8>? {
            guard let bytes = unsafe bytes else { return nil }
            return unsafe _overrideLifetime(Span(_unsafeElements: bytes), copying: ())
        }
    }
}
