extension ProtocolNames {
    /// The names of this machine's `/etc/protocols`; without the file, the built-in ones.
    package static func ofThisMachine() -> ProtocolNames {
        ProtocolNames(parsing: (try? FileSourceReader().read("/etc/protocols").bytes) ?? [])
    }
}

extension ServiceNames {
    /// The names of this machine's `/etc/services`; without the file, none.
    package static func ofThisMachine() -> ServiceNames {
        ServiceNames(parsing: (try? FileSourceReader().read("/etc/services").bytes) ?? [])
    }
}
