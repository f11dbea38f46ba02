/*
 * A flood of echo requests that counts exactly: every request has a number of its own, and it
 * is lost if its reply has not come when none has come for five seconds.
 *
 *   flood FROM TO COUNT
 *
 * One packet a millisecond, COUNT at least, and on until SIGTERM. Prints
 * "SENT RECEIVED TWICE REFUSED": replies counted once each, replies that came again, and
 * requests that the kernel did not take, which are among the sent ones.
 */
#define _GNU_SOURCE     /* ppoll */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 1000000 };
struct request {
    struct icmphdr header;
    unsigned number;
    char padding[52];
};

static unsigned char seen[LIMIT];
static unsigned sent, received, twice, refused;
static volatile sig_atomic_t stop;
static int fd;

static void on_term(int signal) { (void)signal; stop = 1; }

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

static unsigned short checksum(const struct request *request)
{
    const unsigned short *word = (const void *)request;
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof *request / 2; i++)
        sum += word[i];
    sum = (sum & 0xffff) + (sum >> 16);
    return ~(sum + (sum >> 16));
}

static void send_one(void)
{
    struct request request = { .header.type = ICMP_ECHO, .number = sent++ };
    request.header.un.echo.id = htons(getpid());
    request.header.un.echo.sequence = htons(request.number);
    request.header.checksum = checksum(&request);
    if (send(fd, &request, sizeof request, 0) < 0)
        refused++;
}

/* Takes every reply that comes until then; true if there was one. */
static int receive_until(double end)
{
    struct { struct iphdr ip; struct request request; } packet;    /* the kernel sends no IP options */
    struct pollfd input = { .fd = fd, .events = POLLIN };
    int any = 0;
    for (;;) {
        double left = end - now();
        struct timespec wait = { .tv_nsec = left > 0 ? left * 1e9 : 0 };
        if (ppoll(&input, 1, &wait, NULL) <= 0) {
            if (left <= 0)
                return any;
            continue;
        }
        if (recv(fd, &packet, sizeof packet, 0) != sizeof packet || packet.request.header.type != ICMP_ECHOREPLY
            || packet.request.header.un.echo.id != htons(getpid()) || packet.request.number >= sent)
            continue;
        any = 1;
        if (seen[packet.request.number]++)
            twice++;
        else
            received++;
    }
}

static struct sockaddr_in address(const char *text)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
        exit(2);
    return address;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    struct sockaddr_in from = address(argv[1]), to = address(argv[2]);
    unsigned count = atoi(argv[3]);
    int room = 8 << 20;
    fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    if (fd < 0)
        fail("socket");
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
        fail("SO_RCVBUFFORCE");
    if (bind(fd, (void *)&from, sizeof from) < 0)
        fail(argv[1]);
    if (connect(fd, (void *)&to, sizeof to) < 0)
        fail(argv[2]);
    signal(SIGTERM, on_term);
    for (double next = now(); sent < LIMIT && !(stop && sent >= count); next = now()) {
        send_one();
        receive_until(next + 1e-3);
    }
    for (double last = now(); received < sent && now() < last + 5;)
        if (receive_until(now() + .05))
            last = now();
    printf("%u %u %u %u\n", sent, received, twice, refused);
    return 0;
}
