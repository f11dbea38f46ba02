/*
 * How long a change takes to be seen: from `ip xfrm state add` (a line written to a running
 * `ip -batch -`) to the line on `setkey -x` that names its SPI.
 *
 *   events COUNT SETKEY-ARGUMENT...
 *
 * Prints "events COUNT MEDIAN WORST", in milliseconds.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void fail(const char *what)
{
    fprintf(stderr, "events: %s\n", what);
    exit(1);
}

/* Starts a program; `fd` is its standard output (number 1) or its standard input (number 0). */
static void start(char *const *argv, int number, int *fd)
{
    int ends[2];
    if (pipe(ends) < 0)
        fail("pipe");
    if (fork() == 0) {
        dup2(ends[number], number);
        close(ends[0]);
        close(ends[1]);
        execvp(argv[0], argv);
        _exit(127);
    }
    close(ends[number]);
    *fd = ends[!number];
}

/* Reads until the text has been seen; what follows it is kept for the next call. */
static int wait_for(int fd, const char *text, int timeout)
{
    static char buffer[1 << 16];
    static size_t length;
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    for (;;) {
        buffer[length] = 0;
        char *found = strstr(buffer, text);
        if (found) {
            length -= found - buffer;
            memmove(buffer, found, length);
            return 1;
        }
        if (length > sizeof buffer / 2) {       /* the text may be cut at the end */
            memmove(buffer, buffer + length - 64, 64);
            length = 64;
        }
        if (poll(&ready, 1, timeout) <= 0)
            return 0;
        ssize_t count = read(fd, buffer + length, sizeof buffer - 1 - length);
        if (count <= 0)
            return 0;
        length += count;
    }
}

static void add(int fd, int spi)
{
    char line[200];
    int length = snprintf(line, sizeof line,
        "xfrm state add src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x%x mode tunnel enc ecb(cipher_null) \"\"\n", spi);
    if (write(fd, line, length) != length)
        fail("ip has ended");
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    int count = atoi(argv[1]), to_ip, from_setkey;
    double *times = calloc(count, sizeof *times);
    char text[32];
    argv[1] = "setkey";
    start(argv + 1, 1, &from_setkey);
    start((char *[]){ "ip", "-batch", "-", NULL }, 0, &to_ip);
    /* The monitor is not there at once: add until it shows one. */
    int spi = 0x100000;
    do {
        add(to_ip, ++spi);
        snprintf(text, sizeof text, "spi=%d ", spi);
    } while (!wait_for(from_setkey, "sadb_sa{", 200) && spi < 0x100000 + 100);
    sleep(1);
    while (wait_for(from_setkey, "never printed", 100))
        ;
    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof text, "spi=%d ", ++spi);
        double begin = now();
        add(to_ip, spi);
        if (!wait_for(from_setkey, text, 5000))
            fail("an event was not seen within 5 s");
        times[i] = now() - begin;
    }
    qsort(times, count, sizeof *times, compare);
    printf("events %d %.2f %.2f\n", count, times[count / 2], times[count - 1]);
    return 0;
}
