/* Memory that holds keys: wiped when it is given back, in no core dump, and in no swap where that is allowed. */
#ifndef SETKEYD_CPRIVATEMEMORY_H
#define SETKEYD_CPRIVATEMEMORY_H

/* Forbids core dumps and the looks of other processes of the same user, and locks the memory against swapping if this
   process may lock without a limit. Nothing of it is a reason not to start. */
void setkeyd_keep_memory_private(void);

/* Has free() join free neighbours at once. By default glibc puts small ones aside and joins all of them in the middle of
   some later allocation: 80 ms after a million SAs have gone. */
void setkeyd_free_without_delay(void);

#endif
