/*
 * How long the daemon takes to answer a second client: `Status`, once and then again and again,
 * with a pause of PAUSE milliseconds (50), until the time is over or standard input ends.
 *
 *   status SOCKET SECONDS [PAUSE]
 *
 * Prints "status COUNT MEDIAN WORST", in milliseconds.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const char request[] = "{\"method\":\"org.setkeyd.Status\"}";     /* its NUL ends the frame */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static double ask(int fd)
{
    char reply[65536];
    double begin = now();
    if (write(fd, request, sizeof request) != sizeof request)
        exit(1);
    for (;;) {
        ssize_t count = read(fd, reply, sizeof reply);
        if (count <= 0)
            exit(1);
        if (memchr(reply, 0, count))
            return now() - begin;
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static double times[100000];
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct pollfd input = { .fd = 0, .events = POLLIN };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), count = 0;
    if (argc < 3 || argc > 4)
        return 2;
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    if (connect(fd, (void *)&address, sizeof address) < 0) {
        perror(argv[1]);
        return 1;
    }
    int pause = argc > 3 ? atoi(argv[3]) : 50;
    double end = now() + atof(argv[2]) * 1e3;
    do
        times[count++] = ask(fd);
    while (now() < end && count < 100000 && poll(&input, 1, pause) == 0);
    qsort(times, count, sizeof *times, compare);
    printf("status %d %.2f %.2f\n", count, times[count / 2], times[count - 1]);
    return 0;
}
