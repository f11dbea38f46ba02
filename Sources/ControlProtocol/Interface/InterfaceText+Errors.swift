extension InterfaceText {
    /// The errors.
    static let errors = """
        # The text has errors; nothing of this call was applied.
        error InvalidText (diagnostics: []Diagnostic)

        # The caller is not allowed to do this; 'who' says who is.
        error PermissionDenied (who: string)

        # The kernel refused a call that is not a statement.
        error KernelRefused (operation: string, errno: int, reason: string)

        # The run was rolled back, or another part of it was refused; this part is not executed, nor are those behind it.
        error RunAborted ()

        # The reload failed; the previous state is in force.
        error ReloadFailed (messages: []string)

        # There is nothing to confirm, or to roll back.
        error NothingPending (reason: string)

        # Something is at its limit: places for clients, monitors, plans. The reason says what, and whose.
        error Busy (reason: string)

        # The daemon is stopping. Where it has gone, setkey --json prints this with -x and -l, and waits for it to come back.
        error Stopping ()

        # What arrived is not a Varlink call; the connection is closed.
        error MalformedCall (reason: string)

        """
}
