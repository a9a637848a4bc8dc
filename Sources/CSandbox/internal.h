/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CSANDBOX_INTERNAL_H
#define CSANDBOX_INTERNAL_H

#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/types.h>

/* Makes the calling thread, and whatever it starts, ask before calls that reach outside.
 * Returns the descriptor where they ask, or a negative error number. */
int sandbox_listen(void);

/* The texts of what was tried so far. */
struct notebook {
    char *texts;
    size_t size, used;
    int omitted;
    /* Whether the program itself runs; what makes its sandbox writes files, too. */
    int has_begun;
};

/* Notes what a call is about.
 * Returns 0 when the call goes on, or the error number it ends with. */
int sandbox_judge(struct notebook *notes, int listener, const struct seccomp_notif *call);

/* What a path of a process names, links followed, as the process sees its files.
 *
 * directory: the descriptor that a relative path starts from, or AT_FDCWD. follows: whether a link at the end is.
 * Returns whether there is such a file. */
int sandbox_resolve(pid_t process, int directory, const char *path, int follows, char result[4096]);

#endif
