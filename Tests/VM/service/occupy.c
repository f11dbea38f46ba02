/* occupy SOCKET COUNT: holds as many connections as it gets of COUNT, and says so; until it is killed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int count = argc == 3 ? atoi(argv[2]) : 0, connected = 0;

    if (count == 0)
        return 2;
    strncpy(address.sun_path, argv[1], sizeof(address.sun_path) - 1);
    for (int i = 0; i < count; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        connected += fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    }
    printf("connected %d\n", connected);
    fflush(stdout);
    for (;;)
        pause();
}
