/* libsystemd's readiness and journal interfaces: sd_notify(3), sd_journal_sendv(3), sd_listen_fds(3). */
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
