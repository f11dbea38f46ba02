/*
 * The kernel's floor for bulk work over PF_KEY: messages built in place, one send and one
 * receive each, and dumps that are read and thrown away. No program that talks PF_KEY can
 * be faster, so it is the 1.0 of the benchmark's ratios.
 *
 *   floor sa N     add N ESP tunnel SAs (aes-cbc 128, hmac-sha256)
 *   floor sp N     add N tunnel policies /24 -> /24
 *   floor dump     dump the SAD
 *   floor spdump   dump the SPD
 *
 * Prints "floor WHAT ENTRIES SECONDS"; exit status 1 when the kernel refuses anything.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ipsec.h>
#include <linux/pfkeyv2.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static unsigned char out[4096], in[65536];
static unsigned char *end;      /* where the next extension goes */
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

/* Appends an extension of `size` bytes, a multiple of 8, with its header filled in. */
static void *extension(int type, size_t size)
{
    struct sadb_ext *header = (void *)end;
    header->sadb_ext_len = size / 8;
    header->sadb_ext_type = type;
    end += size;
    return header;
}

static void set_inet(struct sockaddr_in *to, unsigned host)
{
    to->sin_family = AF_INET;
    to->sin_addr.s_addr = htonl(host);
}

static void add_address(int type, unsigned host, int prefix)
{
    struct sadb_address *address = extension(type, sizeof *address + sizeof(struct sockaddr_in));
    address->sadb_address_proto = IPSEC_PROTO_ANY;
    address->sadb_address_prefixlen = prefix;
    set_inet((void *)(address + 1), host);
}

static void add_key(int type, int bytes, unsigned seed)
{
    struct sadb_key *key = extension(type, sizeof *key + bytes);
    key->sadb_key_bits = bytes * 8;
    memcpy(key + 1, &seed, sizeof seed);
}

/* Starts a message; `send_message` fills in its length. */
static void begin(int type, int satype, unsigned seq)
{
    struct sadb_msg *message = (void *)out;
    memset(out, 0, sizeof out);
    message->sadb_msg_version = PF_KEY_V2;
    message->sadb_msg_type = type;
    message->sadb_msg_satype = satype;
    message->sadb_msg_seq = seq;
    message->sadb_msg_pid = getpid();
    end = (void *)(message + 1);
}

static void send_message(void)
{
    ((struct sadb_msg *)out)->sadb_msg_len = (end - out) / 8;
    if (send(fd, out, end - out, 0) < 0)
        fail("send");
}

static const struct sadb_msg *receive(void)
{
    const struct sadb_msg *message = (void *)in;
    if (recv(fd, in, sizeof in, 0) < (ssize_t)sizeof *message)
        fail("recv");
    errno = message->sadb_msg_errno;
    if (errno)
        fail("the kernel");
    return message;
}

static unsigned source(int i) { return 10u << 24 | (i >> 8) << 16 | (i & 255) << 8 | 1; }

static void add_association(int i)
{
    begin(SADB_ADD, SADB_SATYPE_ESP, i + 1);
    struct sadb_sa *sa = extension(SADB_EXT_SA, sizeof *sa);
    sa->sadb_sa_spi = htonl(0x1000 + i);
    sa->sadb_sa_replay = 32;
    sa->sadb_sa_state = SADB_SASTATE_MATURE;
    sa->sadb_sa_auth = SADB_X_AALG_SHA2_256HMAC;
    sa->sadb_sa_encrypt = SADB_X_EALG_AESCBC;
    struct sadb_x_sa2 *sa2 = extension(SADB_X_EXT_SA2, sizeof *sa2);
    sa2->sadb_x_sa2_mode = IPSEC_MODE_TUNNEL;
    add_address(SADB_EXT_ADDRESS_SRC, source(i), 32);
    add_address(SADB_EXT_ADDRESS_DST, source(i) + 1, 32);
    add_key(SADB_EXT_KEY_AUTH, 32, i);
    add_key(SADB_EXT_KEY_ENCRYPT, 16, i);
}

static void add_policy(int i)
{
    struct sadb_x_ipsecrequest *request;
    struct sockaddr_in *endpoints;
    size_t length = sizeof *request + 2 * sizeof *endpoints;
    begin(SADB_X_SPDADD, SADB_SATYPE_UNSPEC, i + 1);
    struct sadb_x_policy *policy = extension(SADB_X_EXT_POLICY, sizeof *policy + length);
    policy->sadb_x_policy_type = IPSEC_POLICY_IPSEC;
    policy->sadb_x_policy_dir = IPSEC_DIR_OUTBOUND;
    request = (void *)(policy + 1);
    request->sadb_x_ipsecrequest_len = length;
    request->sadb_x_ipsecrequest_proto = IPPROTO_ESP;
    request->sadb_x_ipsecrequest_mode = IPSEC_MODE_TUNNEL;
    request->sadb_x_ipsecrequest_level = IPSEC_LEVEL_REQUIRE;
    endpoints = (void *)(request + 1);
    set_inet(&endpoints[0], source(i));
    set_inet(&endpoints[1], source(i) + 1);
    add_address(SADB_EXT_ADDRESS_SRC, source(i) & ~255u, 24);
    add_address(SADB_EXT_ADDRESS_DST, (source(i) & ~255u) + (100u << 16), 24);
}

static int load(void (*add)(int), int count)
{
    for (int i = 0; i < count; i++) {
        add(i);
        send_message();
        receive();
    }
    return count;
}

/* The last record of a dump has sequence number 0. */
static int dump(int type)
{
    int count = 1;
    begin(type, 0, 1);
    send_message();
    while (receive()->sadb_msg_seq)
        count++;
    return count;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int count = argc > 2 ? atoi(argv[2]) : 20000;
    fd = socket(PF_KEY, SOCK_RAW, PF_KEY_V2);
    if (fd < 0)
        fail("socket");
    double start = now();
    if (!strcmp(what, "sa"))
        count = load(add_association, count);
    else if (!strcmp(what, "sp"))
        count = load(add_policy, count);
    else if (!strcmp(what, "dump"))
        count = dump(SADB_DUMP);
    else if (!strcmp(what, "spdump"))
        count = dump(SADB_X_SPDDUMP);
    else
        return 2;
    printf("floor %s %d %.3f\n", what, count, now() - start);
    return 0;
}
