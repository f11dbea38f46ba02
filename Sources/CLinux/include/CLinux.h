/* The kernel's own headers. Nothing is retyped: constants and layouts come from here. */
#ifndef SETKEYD_CLINUX_H
#define SETKEYD_CLINUX_H

/* Before the kernel's, which then leave to the C library what both of them define. */
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <linux/filter.h>
#include <linux/ipsec.h>
#include <linux/netlink.h>
#include <linux/pfkeyv2.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>

#endif
