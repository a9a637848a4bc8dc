/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory in which a program lives: operations, results, strings, stacks.
 *
 * One memfd, mapped shared at one fixed address in every process of the program, so that a forked child and an
 * executed image see the same operations at the same place, and the agent can read where everyone is.
 */
#pragma once
#include <stdint.h>

/* Where the arena is mapped: far from what the C library and the loader use. */
#define KL_ARENA_BASE 0x10000000000ULL

/* Stack bytes of one task: the executor needs less than one page. */
#define KL_STACK 16384

enum kl_code {
    KL_END,         /* the task is done */
    KL_NOTHING,     /* a place for flags */
    KL_CALL,        /* system call number, a[0..5] */
    KL_MOVE,        /* *a[0] = a[1], `number` bytes wide */
    KL_ADD,         /* *a[0] += a[1], `number` bytes wide */
    KL_LOAD,        /* result = *a[0] */
    KL_WAIT_COUNT,  /* until *a[0] >= a[1] */
    KL_WAIT_GROWN,  /* until *a[0] > a[1] or *a[0] >= a[2] */
    KL_WAIT_CALLS,  /* until buffer a[0] shows a[1] at least a[2] times */
    KL_WAIT_QUIET,  /* until *a[0] is not zero and unchanged for a[1] ticks */
    KL_WATCH_RECORDS, /* until *a[1]: each time *a[0] grows, the newest word, of at most a[2], must not be zero */
    KL_LOOP,        /* counter a[0] = a[1]; at zero go to operation a[2] */
    KL_AGAIN,       /* counter a[0] -= 1; unless zero go to operation a[1] */
    KL_THREAD,      /* start task a[0] as a thread */
    KL_PROCESS,     /* start task a[0] as a child process */
    KL_JOIN,        /* wait until task a[0] has ended */
    KL_EXEC,        /* replace the process image and go on */
    KL_DIE,         /* kill the process with signal a[0] */
    KL_BARRIER,     /* wait for a[1] arrivals at *a[0] */
    KL_ENABLED,     /* buffer a[0] collects in mode a[1] from now on */
    KL_DISABLED,    /* remember the count of buffer a[0] as final */
    KL_TOUCHED,     /* the program changes the count of buffer a[0] itself */
    KL_MAPPED,      /* buffer a[0] is at a[1], a[2] words long; 0 means unmapped */
    KL_COUNT_LINES, /* result = lines of file a[0] that contain a[1], less a[4], -ERANGE below zero; a[2] has room for a[3] bytes */
    KL_READ_NUMBER, /* result = how far the number behind a[1] in file a[0] is above a[4] + a[5]; a[2], a[3] as above */
    KL_SYMBOL_ADDRESS, /* result = address of the symbol behind " " and before end of line in a[1], less a[4]; a[2], a[3] as above */
    KL_SAVE,        /* copy buffer a[0] into record a[1] */
};

enum kl_expect { KL_SUCCESS, KL_EXACTLY, KL_ANYTHING };

/* Only run after a success of the operation before the last one without this flag. */
#define KL_IF_SUCCESS 1
/* Takes part in no step: no result, never broken. */
#define KL_SILENT 2
/* The last operation of its step: counts as one run. */
#define KL_COMPLETES 4
/* The value of the step is another operation's. */
#define KL_NO_VALUE 8

struct kl_op {
    uint8_t code;
    uint8_t flags;
    uint8_t expect;
    uint8_t indirect; /* bit i: a[i] is the address of the value */
    uint32_t step;    /* index into results */
    uint64_t number;
    uint64_t a[6];
    int64_t expected;
    uint64_t keep; /* address that receives the result, or 0 */
};

enum kl_step_state { KL_NOT_REACHED, KL_KEPT, KL_BROKEN, KL_STARTED };

struct kl_result {
    uint64_t state;
    uint64_t runs;
    int64_t value;
};

enum kl_task_state { KL_NOT_STARTED, KL_RUNNING, KL_ENDED, KL_KILLED };

struct kl_task {
    uint64_t first;    /* index of its first operation */
    uint64_t pc;       /* index of the operation it is at */
    uint64_t progress; /* operations done so far */
    uint64_t state;
    uint64_t stack; /* address of the top */
    int64_t last;   /* the value of the last operation */
    int32_t tid;    /* cleared by the kernel when the thread has ended */
    int32_t pid;    /* of a child process */
    int32_t is_process;
    int32_t signal; /* that killed the process, or 0 */
    int32_t meant;  /* the signal that is to kill it, or 0 */
    uint32_t home;  /* the process it runs in: the index of that process's first task */
    uint32_t owner; /* the home of the task that started it */
    uint64_t traced; /* spin without system calls while waiting */
};

/* A buffer of the program, wherever it is mapped. */
struct kl_buffer {
    uint64_t address; /* 0 when not mapped */
    uint64_t home;    /* the process that mapped it */
    uint64_t words;
    uint64_t mode;
    uint64_t final_count;
    uint64_t is_final;
};

/* A copy of a buffer, followed in memory by its words without the first. */
struct kl_copy {
    uint64_t taken;
    uint64_t mode;
    uint64_t words; /* of the buffer */
    uint64_t count; /* the first word */
    uint64_t final_count;
    uint64_t is_final;
    uint64_t copied;   /* words that follow */
    uint64_t capacity; /* room for words */
};

struct kl_arena {
    uint64_t size; /* bytes mapped */
    int32_t fd;
    int32_t pad;
    uint64_t stop;     /* not zero: everyone goes to the end */
    uint64_t give_up;  /* not zero: nobody waits for tasks any more */
    uint64_t finished; /* the buffers have been copied */
    uint64_t op_count;
    uint64_t task_count;
    uint64_t buffer_count;
    struct kl_op *ops;
    struct kl_result *results;
    struct kl_task *tasks;
    struct kl_buffer *buffers;
    struct kl_copy **copies; /* the final copy of each buffer */
};
