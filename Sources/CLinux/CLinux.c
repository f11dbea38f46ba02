#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/timerfd.h>
#include <unistd.h>

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

int setkeyd_receive_from_kernel(int descriptor, unsigned char *bytes, size_t room, int count, size_t *lengths) {
    struct mmsghdr messages[16] = {0};
    struct sockaddr_nl senders[16] = {0};
    struct iovec places[16];
    int received;

    count = count < 0 ? 0 : count > 16 ? 16 : count;
    for (int i = 0; i < count; i++) {
        places[i] = (struct iovec){.iov_base = bytes + i * room, .iov_len = room};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &senders[i], .msg_namelen = sizeof senders[i], .msg_iov = &places[i], .msg_iovlen = 1};
    }
    do
        received = recvmmsg(descriptor, messages, count, MSG_DONTWAIT | MSG_TRUNC, NULL);
    while (received < 0 && errno == EINTR);
    for (int i = 0; i < received; i++)
        lengths[i] = senders[i].nl_pid == 0 ? messages[i].msg_len : 0;
    return received;
}

int setkeyd_set_events(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};

    return epoll_ctl(epoll, operation, descriptor, &event);
}

int setkeyd_take_events(int epoll, uint64_t *tokens, uint32_t *events, int count) {
    struct epoll_event ready[16];
    int taken;

    count = count < 1 ? 1 : count > 16 ? 16 : count;
    taken = epoll_wait(epoll, ready, count, 0);
    for (int i = 0; i < taken; i++) {
        tokens[i] = ready[i].data.u64;
        events[i] = ready[i].events;
    }
    return taken;
}

int setkeyd_open_clock(void) {
    return timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
}

int setkeyd_set_clock(int timer, int64_t seconds) {
    struct itimerspec time = {.it_value.tv_sec = seconds};

    return timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &time, NULL);
}

void setkeyd_hear_clock(int timer) {
    uint64_t count;

    /* Where the clock has been set, the read fails: that is news as well. */
    while (read(timer, &count, sizeof count) < 0 && errno == EINTR)
        ;
}
