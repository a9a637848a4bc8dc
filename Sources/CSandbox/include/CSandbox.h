/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a program and notes which files outside its directories, and which addresses, it and all it starts ask for.
 * Nothing is prevented: what contains a program is another sandbox around it. */
#ifndef CSANDBOX_H
#define CSANDBOX_H

#include <stddef.h>

/* The file whose opening says that the sandbox is made and what follows is the program itself. */
#define CSANDBOX_BEGIN "/kcovlab/begin"

struct csandbox_ending {
    /* As waitpid(2) gives it; negative: an error number, and nothing was started. */
    int status;
    /* Why nothing could be noted, an error number; 0 when it could. */
    int unwatched;
    /* Attempts for whose texts there was no room. */
    int omitted;
};

/* Runs a program, which is found in PATH, to its end; blocks.
 *
 * output: both of the program's streams go there. cancel: when it becomes readable, the program is killed.
 * texts: gets one text for each different attempt, such as "write /etc/passwd" or "connect to 127.0.0.1:80", each with
 * its NUL, printable and without commas; an empty one is the last. */
struct csandbox_ending csandbox_run(
    char *const arguments[], int output, int cancel, char *texts, size_t size);

/* A pipe that no program inherits: where it is read, where it is written. 0 or a negative error number. */
int csandbox_pipe(int ends[2]);

#endif
