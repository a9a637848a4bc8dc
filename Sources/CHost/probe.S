/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest of a few hundred bytes that tells whether an accelerator runs guests at a useful speed.
 *
 * It says `hello` on the first serial port, enters 64-bit mode with page tables of its own, changes 512 pages and
 * drops their translations 2560 times over, and says `done`. That is what hosts are slow at that emulate page tables
 * for a guest: a nested host on which kernels make no visible progress takes seconds for it, TCG half a second.
 *
 * Multiboot image, linked nowhere: every address is computed from where the loader puts it (1 MiB).
 */
        .section .rodata
        .balign 16
        .set BASE, 0x100000
        .globl chost_probe_start
        .globl chost_probe_end
        .hidden chost_probe_start
        .hidden chost_probe_end

        .code32
chost_probe_start:
start:
        .long 0x1badb002, 0x00010000, -(0x1badb002 + 0x00010000)
        .long BASE, BASE, BASE + (end - start), BASE + 0x8000, BASE + (entry - start)
entry:
        cli
        mov $(BASE + 0x8000), %esp
        mov $(BASE + (hello - start)), %esi
        mov $0x3f8, %dx
1:      lodsb
        test %al, %al
        jz 2f
        out %al, %dx
        jmp 1b
2:
        /* Four tables at 2 MiB: levels 4, 3, 2 and, for the pages at 16 MiB, 1. */
        mov $0x200000, %edi
        xor %eax, %eax
        mov $0x1000, %ecx
        rep stosl
        movl $0x201003, 0x200000
        movl $0x202003, 0x201000
        /* Level 2: pages of 2 MiB, each where it is. */
        mov $0x202000, %edi
        mov $0x83, %eax
        mov $512, %ecx
3:      mov %eax, (%edi)
        add $0x200000, %eax
        add $8, %edi
        loop 3b
        movl $0x203003, 0x202040
        mov $0x203000, %edi
        mov $0x1000003, %eax
        mov $512, %ecx
4:      mov %eax, (%edi)
        add $0x1000, %eax
        add $8, %edi
        loop 4b
        mov $0x200000, %eax
        mov %eax, %cr3
        mov %cr4, %eax
        or $0x20, %eax
        mov %eax, %cr4
        mov $0xc0000080, %ecx
        rdmsr
        or $0x100, %eax
        wrmsr
        mov %cr0, %eax
        or $0x80000001, %eax
        mov %eax, %cr0
        lgdt BASE + (gdtr - start)
        ljmp $8, $(BASE + (long - start))

        .code64
long:
        mov $16, %eax
        mov %eax, %ds
        mov %eax, %es
        mov %eax, %ss
        mov $2560, %ebx
5:      mov $0x1000000, %edi
        mov $512, %ecx
6:      incq (%rdi)
        invlpg (%rdi)
        add $0x1000, %edi
        loop 6b
        dec %ebx
        jnz 5b
        mov $0x3f8, %dx
        lea done(%rip), %rsi
7:      lodsb
        test %al, %al
        jz 8f
        out %al, %dx
        jmp 7b
8:      hlt
        jmp 8b

        .balign 8
gdt:
        .quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff
gdtr:
        .word 23
        .long BASE + (gdt - start)
hello:
        .asciz "kcovlab probe: hello\r\n"
done:
        .asciz "kcovlab probe: done\r\n"
end:
chost_probe_end:

        .section .note.GNU-stack, "", @progbits
