# A machine that sleeps (S3) while its keys change, woken by its clock. It is the last that it does: an emulated one does not
# always wake, and then the guest is over, and is started anew.
. ./check.sh

export TZ=UTC0
at_second() { printf '%(%Y-%m-%dT%H:%M:%SZ)T' "$1"; }
moment=$(($(date +%s) + 25))
{ echo "add 192.0.2.1 192.0.2.2 esp 0x5000 -until $(at_second $moment) -E null;"
    echo "add 192.0.2.1 192.0.2.2 esp 0x5001 -from $(at_second $moment) -until $(at_second $((moment + 5))) -E null;"
    echo "add 192.0.2.1 192.0.2.2 esp 0x5002 -from $(at_second $((moment + 5))) -E null;"; } > "$work/sleep.conf"
kernel_spis() { ip xfrm state list | sed -n 's/.* spi \(0x[0-9a-f]*\) .*/\1/p' | sort | xargs; }
has_spis() { [ "$(kernel_spis)" = "$1" ]; }
start_daemon --config "$work/sleep.conf"
alarm=/sys/class/rtc/rtc0/wakealarm
echo 0 > $alarm
echo +35 > $alarm
has_spis 0x00005000 && [ "$(date +%s)" -lt $moment ]
ok $? 'the machine falls asleep in time' "$(kernel_spis)"
echo mem > /sys/power/state
ok $? 'and sleeps'
[ "$(date +%s)" -gt $((moment + 5)) ]
ok $? 'over two changes'
until_ 10 has_spis 0x00005002
ok $? 'when it wakes the state of the moment is there' "$(kernel_spis)"
finish
