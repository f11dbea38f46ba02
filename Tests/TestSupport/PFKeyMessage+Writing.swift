internal import IPsec
package import KernelBackends

extension PFKeyMessage {
    /// Writes the message over `buffer`; extensions come in the kernel's order of a dump. After an error it is empty.
    package func write(into buffer: inout [UInt8]) throws(WireError) {
        try header.writeMessage(over: &buffer) { writer throws(WireError) in
            try writeEntry(to: &writer)
            try writeNATTraversal(to: &writer)
            try securityContext?.write(to: &writer)
            try writeRare(to: &writer)
        }
    }

    /// Lifetimes come before the addresses in messages about SAs, behind them in those about policies.
    private func writeEntry(to writer: inout WireWriter) throws(WireError) {
        try association?.write(to: &writer)
        if policy == nil { try writeLifetimes(to: &writer) }
        try source?.write(.source, to: &writer)
        try destination?.write(.destination, to: &writer)
        if policy != nil { try writeLifetimes(to: &writer) }
        try policy?.write(to: &writer)
        try proxy?.write(.proxy, to: &writer)
        try integrityKey?.write(.integrityKey, to: &writer)
        try encryptionKey?.write(.encryptionKey, to: &writer)
        try association2?.write(to: &writer)
    }

    private func writeLifetimes(to writer: inout WireWriter) throws(WireError) {
        try hardLifetime?.write(.hardLifetime, to: &writer)
        try softLifetime?.write(.softLifetime, to: &writer)
        try currentLifetime?.write(.currentLifetime, to: &writer)
    }

    private func writeNATTraversal(to writer: inout WireWriter) throws(WireError) {
        if let natType { try PFKeyNATExtension.write(type: natType, to: &writer) }
        if let natSourcePort { try PFKeyNATExtension.write(port: natSourcePort, .natSourcePort, to: &writer) }
        if let natDestinationPort {
            try PFKeyNATExtension.write(port: natDestinationPort, .natDestinationPort, to: &writer)
        }
        try natOriginalAddress?.write(.natOriginalAddress, to: &writer)
    }

    private func writeRare(to writer: inout WireWriter) throws(WireError) {
        if let supportedIntegrity {
            try PFKeySupportedAlgorithm.write(supportedIntegrity, .supportedIntegrity, to: &writer)
        }
        if let supportedEncryption {
            try PFKeySupportedAlgorithm.write(supportedEncryption, .supportedEncryption, to: &writer)
        }
        try spiRange?.write(to: &writer)
        try proposal?.write(to: &writer)
        try filter?.write(to: &writer)
        try sourceIdentity?.write(.sourceIdentity, to: &writer)
        try destinationIdentity?.write(.destinationIdentity, to: &writer)
        try sensitivity?.write(to: &writer)
        try keyManagerPrivate?.write(to: &writer)
        try keyManagerAddress?.write(to: &writer)
    }
}
