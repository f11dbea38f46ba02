import Glibc

/// The descriptors 0, 1 and 2, which a caller may have closed: `setkey -D >&-`.
package enum StandardDescriptors {
    /// Puts `/dev/null` where one is missing, so that no file and no socket of this process gets its number and is
    /// then written to as if it were the output.
    ///
    /// What the caller did is not hidden: reading a closed input fails with `EBADF`, and so does writing a closed
    /// output, as on a full disk. A closed stderr swallows what is written to it: there is no place left to complain.
    /// To be called before anything else is opened.
    package static func open() {
        for (descriptor, access) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
        where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            // The lowest number that is free is this one: those below it are open by now.
            guard unsafe Glibc.open("/dev/null", access) == descriptor else { abort() }
        }
    }
}
