/* packet SRC SPORT DST DPORT [MARK [DEV]]: sends one UDP datagram from there to there, and says what came of the call. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Fills ADDRESS, and returns its length; 0 for what is no address. */
static socklen_t parse(const char *text, const char *port, struct sockaddr_storage *address)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *) address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) address;

    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(atoi(port));
        return sizeof *v4;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(atoi(port));
        return sizeof *v6;
    }
    return 0;
}

static int failed(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    return 1;
}

int main(int argc, char **argv)
{
    struct sockaddr_storage from, to;
    int on = 1;

    if (argc < 5)
        return 2;
    socklen_t here = parse(argv[1], argv[2], &from), there = parse(argv[3], argv[4], &to);
    if (here == 0 || there == 0)
        return 2;
    int descriptor = socket(from.ss_family, SOCK_DGRAM, 0);
    if (descriptor < 0)
        return failed("socket");
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (argc > 5 && atoi(argv[5]) != 0) {
        unsigned mark = strtoul(argv[5], NULL, 0);
        if (setsockopt(descriptor, SOL_SOCKET, SO_MARK, &mark, sizeof mark) != 0)
            return failed("SO_MARK");
    }
    if (argc > 6 && setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, argv[6], strlen(argv[6])) != 0)
        return failed("SO_BINDTODEVICE");
    if (bind(descriptor, (struct sockaddr *) &from, here) != 0)
        return failed("bind");
    if (sendto(descriptor, "setkeyd", 7, MSG_DONTWAIT, (struct sockaddr *) &to, there) != 7)
        return failed("sendto");
    puts("sent");
    return 0;
}
