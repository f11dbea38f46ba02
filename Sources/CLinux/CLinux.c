#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>

/* One more than the event of each signal; 0: not caught. */
static atomic_int events[NSIG];

/* On whatever thread, in the middle of whatever it does: nothing here locks or allocates. */
static void tell(int number) {
    int former = errno;
    eventfd_write(atomic_load(&events[number]) - 1, 1);
    errno = former;
}

int setkeyd_catch_signal(int number, int event) {
    struct sigaction action = {.sa_handler = tell, .sa_flags = SA_RESTART};
    if (number < 1 || number >= NSIG) {
        errno = EINVAL;
        return -1;
    }
    sigemptyset(&action.sa_mask);
    atomic_store(&events[number], event + 1);
    return sigaction(number, &action, NULL);
}
