# The table of requests and answers, on the real kernel: the Swift tests whose names contain
# RealKernel, which the unit tests run on the simulated kernel alone.
. ./check.sh

reset_kernel
NO_COLOR=1 SETKEYD_REAL_KERNEL=1 LD_LIBRARY_PATH=$PWD/lib \
    timeout 600 ./tests --testing-library swift-testing --no-parallel --filter RealKernel > "$work/tests" 2>&1
status=$?
while IFS= read -r line; do
    case $line in
        *' Test run with '*) ;;
        *' Test '*' passed after '*) line=${line#* Test } && pass "${line%% passed after*}" ;;
        *' Test '*' failed after '*) line=${line#* Test } && fail "${line%% failed after*}" ;;
    esac
done < "$work/tests"
ok $status 'the table of requests and answers' "$(grep -v ' started\.$' "$work/tests" | tail -n 60)"
[ $passed -gt 1 ] || fail 'there are tests for the real kernel' "$(tail -n 3 "$work/tests")"
reset_kernel
finish
