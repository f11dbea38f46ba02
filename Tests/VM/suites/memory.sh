# What the kernel no longer has is not kept in memory either.
. ./check.sh

# Without the pages of the programs, which come as they are used.
resident() { awk '/^RssAnon/ {print $2}' "/proc/$daemon/status"; }
given_back() { [ $(($(resident) - before)) -lt $(((loaded - before) / 2)) ]; }

reset_kernel
# Without CAP_IPC_LOCK, as its unit has it: memory that is locked stays.
setkeyd() { exec setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock setkeyd "$@"; }
start_daemon
unset -f setkeyd
before=$(resident)
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "add 10.%d.%d.1 10.%d.%d.2 esp 0x%x -m tunnel -E null;\n",
    i / 256, i % 256, i / 256, i % 256, 4096 + i }' > "$work/many.conf"
client -f "$work/many.conf"
loaded=$(resident)
client -F
until_ 60 given_back
ok $? "memory is given back after a flush of 20,000 SAs ($before, $loaded, $(resident) kB)"
stop_daemon
finish
