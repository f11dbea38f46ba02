import CSystemd

/// The service manager, told by sd_notify(3); silent where there is none.
enum ServiceManager {
    /// We serve, and the first state has been reached, or is known not to be reachable.
    static func ready(status: String) {
        notify("READY=1\nSTATUS=\(status)")
    }

    static func stopping() {
        notify("STOPPING=1")
    }

    private static func notify(_ state: String) {
        _ = unsafe sd_notify(0, state)
    }
}
