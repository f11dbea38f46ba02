# fish completion for setkeyd(8)

complete -c setkeyd -f
complete -c setkeyd -l config -rF -d 'The setkey file'
complete -c setkeyd -l kernel -x -a 'auto pfkey xfrm simulated simulated-xfrm' -d 'The kernel interface'
complete -c setkeyd -l socket -rF -d 'The control socket'
complete -c setkeyd -l state-directory -x -a '(__fish_complete_directories)' -d 'Where the daemon keeps its state'
complete -c setkeyd -l persistent-directory -x -a '(__fish_complete_directories)' -d 'Where it keeps what outlives a reboot'
complete -c setkeyd -l drift -x -a 'repair report' -d 'What becomes of entries that others alter'
complete -c setkeyd -l thresholds -x -a 'auto keep' -d 'The hash thresholds for policies'
complete -c setkeyd -l skew -x -d 'By how many seconds clocks may differ'
complete -c setkeyd -l trust-clock -d 'Believe the clock, whatever it says'
complete -c setkeyd -l check -d 'Validate the file and exit'
complete -c setkeyd -s V -l version -d 'Print the version'
complete -c setkeyd -s h -l help -d 'Print a short manual'
