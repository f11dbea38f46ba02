/*
 * Packets as OSPFv3 sends them, to its group and to neighbours, without what OSPF says in them.
 *
 *   ospf listen INTERFACE...             of each packet that comes, the interface and the source, until a signal
 *   ospf send ADDRESS INTERFACE COUNT
 */
#define _GNU_SOURCE     /* struct in6_pktinfo */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { OSPF = 89 };

static int fd;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static struct sockaddr_in6 address(const char *text, const char *interface)
{
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_scope_id = if_nametoindex(interface) };
    if (inet_pton(AF_INET6, text, &address.sin6_addr) != 1)
        exit(2);
    if (address.sin6_scope_id == 0)
        fail(interface);
    return address;
}

static void listen_on(char **interfaces)
{
    int on = 1;
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) < 0)
        fail("IPV6_RECVPKTINFO");
    for (; *interfaces; interfaces++) {
        struct sockaddr_in6 group = address("ff02::5", *interfaces);
        struct ipv6_mreq member = { group.sin6_addr, group.sin6_scope_id };
        if (setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &member, sizeof member) < 0)
            fail(*interfaces);
    }
    puts("listening");
    for (;;) {
        char packet[64], control[CMSG_SPACE(sizeof(struct in6_pktinfo))], name[IF_NAMESIZE] = "?", source[INET6_ADDRSTRLEN];
        struct sockaddr_in6 from;
        struct iovec vector = { packet, sizeof packet };
        struct msghdr message = { &from, sizeof from, &vector, 1, control, sizeof control, 0 };
        if (recvmsg(fd, &message, 0) < 0)
            fail("recvmsg");
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header && header->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(header), sizeof info);
            if_indextoname(info.ipi6_ifindex, name);
        }
        printf("%s %s\n", name, inet_ntop(AF_INET6, &from.sin6_addr, source, sizeof source));
    }
}

int main(int argc, char **argv)
{
    fd = socket(AF_INET6, SOCK_RAW, OSPF);
    if (fd < 0)
        fail("socket");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 2 && strcmp(argv[1], "listen") == 0)
        listen_on(argv + 2);
    if (argc != 5 || strcmp(argv[1], "send") != 0)
        return 2;
    struct sockaddr_in6 to = address(argv[2], argv[3]);
    for (int left = atoi(argv[4]); left > 0; left--)
        if (sendto(fd, "no OSPF at all", 14, 0, (void *)&to, sizeof to) < 0)
            fail(argv[2]);
    return 0;
}
