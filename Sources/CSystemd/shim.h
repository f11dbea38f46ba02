/* libsystemd, for the service manager and the journal: sd_listen_fds(3), sd_watchdog_enabled(3), sd_journal_sendv(3). */
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
