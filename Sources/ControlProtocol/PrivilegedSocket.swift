/// The second socket of a daemon, which only root and the daemon's user may open: whoever fills the queue of the first,
/// which all may open, does not fill this one.
///
/// It grants nothing. What a client may do follows from its user, whichever socket it comes by.
package enum PrivilegedSocket {
    /// Where it is, beside the control socket at `path`.
    package static func path(beside path: String) -> String { path + ".root" }
}
