# The table of requests and answers, on the real kernel; the unit tests hold the simulated one against the same table.
. ./check.sh

reset_kernel
# Every cipher of the table, and a network for packets that want an SA.
modprobe -a camellia_generic cast5_generic blowfish_generic serpent_generic twofish_generic rmd160 deflate authencesn
ip link add answers type dummy
ip addr add 198.51.100.1/24 dev answers
ip link set answers up
ip neigh add 198.51.100.2 lladdr 02:00:00:00:00:02 dev answers

timeout 300 kernel-scenarios --kernel "$interface" > "$work/answers" 2>&1
status=$?
while IFS= read -r line; do
    case $line in
        'ok   - '*) pass "${line#ok   - }" ;;
        'FAIL - '*) fail "${line#FAIL - }" ;;
    esac
done < "$work/answers"
ok $status 'the table of requests and answers runs to its end' "$(tail -n 3 "$work/answers")"
ip link delete answers
finish
