/* SPDX-License-Identifier: Apache-2.0 */
/* Linux calls that Swift's Glibc module lacks or cannot call: variadic, behind unlisted headers, or between fork and exec. */
#ifndef CHOST_H
#define CHOST_H

#include <stdbool.h>

/* Starts a program, looked for in PATH, with three descriptors and nothing else open; -1 stands for /dev/null.
 * Returns its process id, or a negative error number when it could not be executed. */
int chost_spawn(char *const arguments[], const int descriptors[3], bool new_session);

/* A close-on-exec descriptor that stands for one process, whatever happens to its number; negative error number. */
int chost_pidfd_open(int process);

/* Sends SIGKILL to the process of a pidfd; 0 or a negative error number. */
int chost_pidfd_kill(int pidfd);

/* Sends SIGSTOP to the process of a pidfd; 0 or a negative error number. */
int chost_pidfd_stop(int pidfd);

/* Makes orphaned descendants children of this process, so that it can take their exit status. */
void chost_adopt_orphans(void);

/* Waits until one of two descriptors can be read, at most so many milliseconds (-1: for ever).
 * Returns 1 or 2 for the first or second, 0 after the time, or a negative error number. Empties an inotify or eventfd
 * descriptor that is first. */
int chost_wait(int first, int second, int milliseconds);

/* An inotify descriptor that becomes readable when a file in the directory is closed that was open for writing. */
int chost_watch_closes(const char *directory);

/* A counter another thread can set, for chost_wait. */
int chost_event(void);
void chost_set_event(int event);

/* The multiboot image of probe.S and its length in bytes. */
const void *chost_probe_image(void);
long chost_probe_length(void);

#endif
