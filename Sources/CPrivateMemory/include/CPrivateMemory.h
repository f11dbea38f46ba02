/* Memory that holds keys: wiped when it is given back, in no core dump, and in no swap where that is allowed. */
#ifndef SETKEYD_CPRIVATEMEMORY_H
#define SETKEYD_CPRIVATEMEMORY_H

/* Forbids core dumps and the looks of other processes of the same user, and locks the memory against swapping if this
   process may lock without a limit. Nothing of it is a reason not to start. */
void setkeyd_keep_memory_private(void);

/* Has free() join free neighbours at once. By default glibc puts small ones aside and joins all of them in the middle of
   some later allocation: 80 ms after a million SAs have gone. All threads share one heap, so that what one of them frees
   for another is sorted by the one that frees (wiping_free.c). */
void setkeyd_free_without_delay(void);

/* Gives the kernel back what has been freed: by itself glibc does so only with what lies at the end of its heap. Others
   who allocate may wait meanwhile: 7 ms after 100,000 SAs have gone. What is locked into memory stays, but for that end. */
void setkeyd_give_back_memory(void);

#endif
