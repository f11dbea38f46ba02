import Glibc

/// The processor time of this thread that `work` takes: unlike the time of day, it does not count other work.
func processorTime(of work: () -> Void) -> Duration {
    var start = timespec()
    var end = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start)
    work()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end)
    return .seconds(end.tv_sec - start.tv_sec) + .nanoseconds(end.tv_nsec - start.tv_nsec)
}
