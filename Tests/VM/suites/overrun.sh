# 20,000 SAs arrive while the daemon does not read: PF_KEY drops messages silently, and the
# daemon has to notice that and read everything again.
. ./check.sh

count=${COUNT:-20000}
mirror_spis() { client -D | sed -n 's/.*spi=[0-9]*(\(0x[0-9a-f]*\)).*/\1/p' | sort | md5sum; }
kernel_spis() { ip xfrm state list | sed -n 's/.* spi \(0x[0-9a-f]*\) .*/\1/p' | sort | md5sum; }
mirror_equal() { [ "$(mirror_spis)" = "$(kernel_spis)" ]; }

reset_kernel
start_daemon
awk -v n="$count" 'BEGIN { for (i = 0; i < n; i++)
    printf "xfrm state add src 10.%d.%d.1 dst 10.%d.%d.2 proto esp spi 0x%x mode tunnel enc ecb(cipher_null) \"\"\n",
        i / 256, i % 256, i / 256, i % 256, 4096 + i }' > "$work/batch"

kill -STOP "$daemon"
ip -batch "$work/batch"
ok $? "ip -batch adds $count SAs while the daemon is stopped"
# A few that go again meanwhile: they must not come back as ghosts.
ip xfrm state delete src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x1000
kill -CONT "$daemon"
until_ 60 mirror_equal
ok $? 'the mirror is equal to the kernel afterwards' "$(client -D | grep -c spi=) SAs in the mirror"
until_ 5 log_has 'socket overrun'
ok $? 'the overrun is in the log' "$(tail -n 5 "$work/log" | cut -c 1-200)"
lacks "$(client --status)" 'overruns: 0' 'and is counted in the status'

kill -STOP "$daemon"
ip xfrm state flush
ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel enc 'ecb(cipher_null)' ''
kill -CONT "$daemon"
until_ 60 mirror_equal
ok $? 'a flush and an add while it is stopped' "$(client -D | grep -c spi=) SAs in the mirror"
finish
