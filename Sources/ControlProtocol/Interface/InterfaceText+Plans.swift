extension InterfaceText {
    /// The types of plans and schedules.
    static let planTypes = """
        # A property of an entry that is not as declared; of keys only that they differ.
        type PlanDifference (
          field: string,
          present: ?string,
          declared: ?string
        )

        # A step of a plan, without keys.
        type PlanStep (
          # add, update (in place), replace (delete and add), delete
          change: string,
          operation: string,
          # The entry as a statement.
          statement: string,
          # missing, stale, differs(...)
          reason: string,
          # Kernel writes that it takes.
          writes: int,
          differences: ?[]PlanDifference,
          # FILE:LINE:COLUMN of the declaring statement.
          location: ?string,
          # For a text of the caller's: in which of its parts the statement stands, and at which byte.
          part: ?int,
          offset: ?int
        )

        # Something of the configuration that begins or ends.
        type ScheduledStep (
          # Seconds since 1970.
          time: int,
          # begins, ends
          change: string,
          # The declaring statement, keys hidden.
          statement: string,
          # FILE:LINE:COLUMN of it; empty for one of the file to which a reload was rolled back.
          location: string
        )


        """
}
