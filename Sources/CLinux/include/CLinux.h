/* The kernel's own headers (nothing is retyped: constants and layouts come from here), signals, and receptions
   of several datagrams, epoll(7), whose event is a union, and a timer of the wall clock. */
#ifndef SETKEYD_CLINUX_H
#define SETKEYD_CLINUX_H

/* Before the kernel's, which then leave to the C library what both of them define. */
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <linux/filter.h>
#include <linux/if.h>
#include <linux/ipsec.h>
#include <linux/netlink.h>
#include <linux/pfkeyv2.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>

/* Has signal `number` write 1 to `event`, an eventfd(2) that stays open, from now on and on whatever thread it comes.
   0, or -1 and errno. */
int setkeyd_catch_signal(int number, int event);

/* Receives up to `count` datagrams of a netlink socket, at most 16, without waiting, each into `room` bytes of its own.
   `lengths` tells how long they are, be there room for them or not; what other processes have sent has length 0.
   Their number, or -1 and errno. */
int setkeyd_receive_from_kernel(int descriptor, unsigned char *bytes, size_t room, int count, size_t *lengths);

/* epoll_ctl(2): `events` of `descriptor` are told with `token`. 0, or -1 and errno. */
int setkeyd_set_events(int epoll, int operation, int descriptor, uint32_t events, uint64_t token);

/* Takes up to `count` of the events that there are, at most 16, without waiting. Their number, or -1 and errno. */
int setkeyd_take_events(int epoll, uint64_t *tokens, uint32_t *events, int count);

/* A timerfd(2) of the wall clock, that is not set. It, or -1 and errno. */
int setkeyd_open_clock(void);

/* Has it become readable at `seconds` since 1970, and as soon as the clock is set; 0 for neither. 0, or -1 and errno. */
int setkeyd_set_clock(int timer, int64_t seconds);

/* Takes what it has told, so that it is not readable any more. */
void setkeyd_hear_clock(int timer);

#endif
