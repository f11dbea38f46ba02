# What every suite shares: one line per check, waiting with a deadline, the daemon, and the
# kernel's state as iproute2 sees it. A suite sources this and runs in the guest.
set -u
# Files with keys are for their owner alone; setkeyd refuses others.
umask 077
passed=0 failed=0
work=$(mktemp -d)
socket=$work/control.sock
# What setkeyd talks to the kernel by: --kernel.
interface=pfkey
if [ -e interface ]; then named=$(< interface); interface=${named:-pfkey}; fi
# What suites set for the whole guest, and finish sets back: larval SAs that live for a second are no good to the next one.
shared_settings=$(sysctl net.core.xfrm_{acq_expires,larval_drop} net.ipv4.ip_forward \
    net.ipv4.conf.all.{rp_filter,disable_xfrm,disable_policy})
# As status calls it.
case $interface in xfrm) kernel_name=XFRM ;; *) kernel_name=PF_KEY ;; esac
daemon=''

pass() { passed=$((passed + 1)); echo "ok - $1"; }
# fail NAME [DETAILS]
fail() {
    failed=$((failed + 1))
    echo "FAIL - $1"
    [ -z "${2:-}" ] || sed 's/^/       /' <<<"$2"
}

# ok STATUS NAME [DETAILS], is GOT WANTED NAME, has TEXT PART NAME, lacks TEXT PART NAME
ok() { if [ "$1" = 0 ]; then pass "$2"; else fail "$2" "${3:-status $1}"; fi; }
is() { if [ "$1" = "$2" ]; then pass "$3"; else fail "$3" "got:    $1"$'\n'"wanted: $2"; fi; }
has() { if [[ $1 == *"$2"* ]]; then pass "$3"; else fail "$3" "no '$2' in:"$'\n'"$1"; fi; }
lacks() { if [[ $1 != *"$2"* ]]; then pass "$3"; else fail "$3" "'$2' in:"$'\n'"$1"; fi; }

# until_ SECONDS COMMAND...: runs it again and again, until it succeeds or the time is over.
until_() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep .05
    done
}

# surely COMMAND...: for a step of the set-up, which is not what is tested. An emulated processor ends a program by a
# signal in one of some hundred guests (nft, so far); that is said, and the step is taken again.
surely() {
    local status=0
    "$@" || status=$?
    [ $status -gt 128 ] || return $status
    echo "# $1 has ended with status $status; once more"
    "$@"
}

# What the kernel says of programs that have died of themselves: where, so that it can be found. A SIGSEGV that it sends
# because it could not write to a program's memory is in no log unless it is asked to show it.
echo 1 > /proc/sys/kernel/print-fatal-signals
deaths() { dmesg | awk '/fatal signal (4|5|7|8|11)\./ { lines = 16 } lines-- > 0'; }

# As every machine has it; in a guest that systemd has booted it is there.
mountpoint -q /sys/kernel/security || mount -t securityfs securityfs /sys/kernel/security

# At the end of a suite: its counts for `run`, nobody has died, and nothing is left for the next one to trip over.
finish() {
    stop_daemon
    ip -all netns delete
    reset_kernel 2> /dev/null
    sysctl -q -p - <<< "$shared_settings"
    local dead
    dead=$(deaths)
    case $dead in
        *'Comm: setkey'*) fail 'no program of ours has died of itself' "$dead" ;;
        ?*) sed 's/^/# died: /' <<< "$dead" ;;
    esac
    echo "$passed $failed" > "/out/${0##*/}.count"
    rm -rf "$work"
}

# start_daemon [OPTION...]: with an empty file unless the options name another; its start is over when this returns.
start_daemon() {
    case " $* " in *' --config '*) ;; *) : > "$work/empty.conf"; set -- --config "$work/empty.conf" "$@" ;; esac
    mkdir -p "$work/state"
    setkeyd --kernel "$interface" --socket "$socket" --state-directory "$work/state" "$@" 2>> "$work/log" >&2 &
    daemon=$!
    until_ 60 has_started || { fail "the daemon starts" "$(tail -n 20 "$work/log")"; return 1; }
}
# It serves clients before its file is in force: what a start does, and says in the log, is done and said after that.
has_started() {
    local status
    status=$(setkey --socket "$socket" --status 2> /dev/null) && [[ $status != *'state: starting'* ]]
}
alive() { kill -0 "$daemon" 2>/dev/null; }

# stop_daemon: ends it and leaves its exit status in $daemon_status.
stop_daemon() {
    [ -n "$daemon" ] || return 0
    kill -CONT "$daemon" 2>/dev/null
    kill -TERM "$daemon" 2>/dev/null
    wait "$daemon"
    daemon_status=$?
    daemon=''
}

client() { setkey --socket "$socket" "$@"; }
# log_has TEXT: the daemon has said so
log_has() { grep -q -F -- "$1" "$work/log"; }

reset_kernel() { ip -batch - <<<$'xfrm state flush\nxfrm policy flush'; }

# The SAD, one line an SA, sorted, in iproute2's words; counters, times and what is at its
# default are left out.
kernel_state() { tidied "$(ip -s xfrm state)"; }
# The SPD, likewise.
kernel_policies() { tidied "$(ip -s xfrm policy)"; }
tidied() {
    [ -z "$1" ] || awk '/^src/ && NR > 1 {print ""} {$1 = $1; printf "%s ", $0} END {print ""}' <<<"$1" | sed -E "$tidy" | sort
}
moment='(-|[0-9-]+ [0-9:]+)'
tidy='
    s/ $//
    s/ lifetime current: [0-9]+\(bytes\), [0-9]+\(packets\) add '$moment' use '$moment'//
    s/ stats: replay-window [0-9]+ replay [0-9]+ failed [0-9]+$//
    s/ lifetime config://
    s/ limit: soft \(INF\)\((bytes|packets)\), hard \(INF\)\((bytes|packets)\)//g
    s/ expire (add|use): soft 0\(sec\), hard 0\(sec\)//g
    s/ anti-replay context: seq \S+ oseq \S+ bitmap 0x[0-9a-f]+//
    s/ sel src (0\.0\.0\.0\/0|::\/0) dst \S+( uid 0)?//
    s/ seq 0x[0-9a-f]+//; s/ flag \(0x00000000\)//; s/ flag (.*) \(0x[0-9a-f]+\)/ flag \1/
    s/ spi 0x00000000\(0\)//g; s/ spi (\S+)\([0-9]+\)/ spi \1/
    s/ reqid 0\(0x00000000\)//g; s/ reqid ([0-9]+)\(0x[0-9a-f]+\)/ reqid \1/g; s/ \([0-9]+ bits\)//g
    s/ index [0-9]+//; s/ ptype main//; s/ share any//g; s/ uid 0//; s/ level required//g
    s/ enc-mask \S+ auth-mask \S+ comp-mask \S+//g'
