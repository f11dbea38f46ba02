/*
 * As floor.c, over NETLINK_XFRM: messages built in place, one send and one acknowledgement
 * each, on a socket that hears no events; and dumps that are read 32 KiB at a time and
 * thrown away.
 *
 *   xfloor sa N     add N ESP tunnel SAs (aes-cbc 128, hmac-sha256)
 *   xfloor sp N     add N tunnel policies /24 -> /24
 *   xfloor dump     dump the SAD
 *   xfloor spdump   dump the SPD
 *
 * Prints "floor WHAT ENTRIES SECONDS"; exit status 1 when the kernel refuses anything.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/xfrm.h>

static unsigned char out[4096] __attribute__((aligned(8))), in[32768] __attribute__((aligned(8)));
static unsigned char *end;      /* where the next attribute goes */
static int fd;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Starts a message with a struct of `size` bytes; `send_message` fills in its length. */
static void *begin(int type, int flags, size_t size)
{
    struct nlmsghdr *header = (void *)out;
    memset(out, 0, sizeof out);
    header->nlmsg_type = type;
    header->nlmsg_flags = NLM_F_REQUEST | flags;
    end = out + NLMSG_LENGTH(size);
    return header + 1;
}

/* Appends an attribute of `size` bytes, with its header filled in. */
static void *attribute(int type, size_t size)
{
    struct nlattr *header = (void *)end;
    header->nla_len = NLA_HDRLEN + size;
    header->nla_type = type;
    end += NLA_HDRLEN + NLA_ALIGN(size);
    return header + 1;
}

static void send_message(void)
{
    ((struct nlmsghdr *)out)->nlmsg_len = end - out;
    if (send(fd, out, end - out, 0) < 0)
        fail("send");
}

static void no_limits(struct xfrm_lifetime_cfg *limits)
{
    limits->soft_byte_limit = limits->hard_byte_limit = XFRM_INF;
    limits->soft_packet_limit = limits->hard_packet_limit = XFRM_INF;
}

static unsigned source(int i) { return 10u << 24 | (i >> 8) << 16 | (i & 255) << 8 | 1; }

static void add_association(int i)
{
    struct xfrm_usersa_info *sa = begin(XFRM_MSG_NEWSA, NLM_F_ACK, sizeof *sa);
    sa->family = sa->sel.family = AF_INET;
    sa->saddr.a4 = htonl(source(i));
    sa->id.daddr.a4 = htonl(source(i) + 1);
    sa->id.spi = htonl(0x1000 + i);
    sa->id.proto = IPPROTO_ESP;
    sa->mode = XFRM_MODE_TUNNEL;
    sa->replay_window = 32;
    no_limits(&sa->lft);
    struct xfrm_algo_auth *auth = attribute(XFRMA_ALG_AUTH_TRUNC, sizeof *auth + 32);
    strcpy(auth->alg_name, "hmac(sha256)");
    auth->alg_key_len = 256;
    auth->alg_trunc_len = 96;
    memcpy(auth->alg_key, &i, sizeof i);
    struct xfrm_algo *crypt = attribute(XFRMA_ALG_CRYPT, sizeof *crypt + 16);
    strcpy(crypt->alg_name, "cbc(aes)");
    crypt->alg_key_len = 128;
    memcpy(crypt->alg_key, &i, sizeof i);
    send_message();
}

static void add_policy(int i)
{
    struct xfrm_userpolicy_info *policy = begin(XFRM_MSG_NEWPOLICY, NLM_F_ACK, sizeof *policy);
    policy->sel.family = AF_INET;
    policy->sel.saddr.a4 = htonl(source(i) & ~255u);
    policy->sel.daddr.a4 = htonl((source(i) & ~255u) + (100u << 16));
    policy->sel.prefixlen_s = policy->sel.prefixlen_d = 24;
    policy->priority = 0x80000000;
    policy->dir = XFRM_POLICY_OUT;
    policy->action = XFRM_POLICY_ALLOW;
    no_limits(&policy->lft);
    struct xfrm_user_tmpl *step = attribute(XFRMA_TMPL, sizeof *step);
    step->family = AF_INET;
    step->id.proto = IPPROTO_ESP;
    step->id.daddr.a4 = htonl(source(i) + 1);
    step->saddr.a4 = htonl(source(i));
    step->mode = XFRM_MODE_TUNNEL;
    step->aalgos = step->ealgos = step->calgos = ~0u;
    send_message();
}

static int load(void (*add)(int), int count)
{
    for (int i = 0; i < count; i++) {
        add(i);
        if (recv(fd, in, sizeof in, 0) < (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)))
            fail("recv");
        const struct nlmsgerr *answer = NLMSG_DATA((struct nlmsghdr *)in);
        errno = -answer->error;
        if (errno)
            fail("the kernel");
    }
    return count;
}

static int dump(int type, size_t size)
{
    int count = 0;
    begin(type, NLM_F_DUMP, size);
    send_message();
    for (;;) {
        ssize_t length = recv(fd, in, sizeof in, 0);
        if (length <= 0)
            fail("recv");
        for (const struct nlmsghdr *one = (void *)in; NLMSG_OK(one, length); one = NLMSG_NEXT(one, length)) {
            if (one->nlmsg_type == NLMSG_DONE)
                return count;
            count++;
        }
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int count = argc > 2 ? atoi(argv[2]) : 20000;
    fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_XFRM);
    if (fd < 0)
        fail("socket");
    double start = now();
    if (!strcmp(what, "sa"))
        count = load(add_association, count);
    else if (!strcmp(what, "sp"))
        count = load(add_policy, count);
    else if (!strcmp(what, "dump"))
        count = dump(XFRM_MSG_GETSA, 0);
    else if (!strcmp(what, "spdump"))
        count = dump(XFRM_MSG_GETPOLICY, 0);
    else
        return 2;
    printf("floor %s %d %.3f\n", what, count, now() - start);
    return 0;
}
