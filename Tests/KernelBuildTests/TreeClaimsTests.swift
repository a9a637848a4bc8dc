// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import KernelBuild

@Suite struct TreeClaimsTests {
    private static let current = [
        "arch/x86/kernel/Makefile": "KCOV_INSTRUMENT_head$(BITS).o\t\t:= n\n",
        "kernel/kcov.c": """
        static void notrace write_comp_data(u64 type, u64 arg1, u64 arg2, u64 ip)
        {
        \tcount = READ_ONCE(area[0]);
        \tif (count >= max_pos / (sizeof(u64) * KCOV_WORDS_PER_CMP))
        \t\treturn;
        \tt->kcov_remote = kcov;
        }

        """,
        "net/bluetooth/hci_core.c": "\t\tkcov_remote_start_common(skb_get_kcov_handle(skb));\n",
        "net/nfc/nci/core.c": "\t\tkcov_remote_start_common(skb_get_kcov_handle(skb));\n",
        "lib/Kconfig.debug": "config KCOV\n\nconfig KCOV_SELFTEST\n\tbool\n",
        "include/linux/sched.h": "\tstruct kcov\t\t\t*kcov;\n\tstruct kcov\t\t\t*kcov_remote;\n",
        "include/linux/types.h": "struct kcov_common_handle_id {\n",
        "include/uapi/linux/vhost.h": """
        #define VHOST_NEW_WORKER _IOR(VHOST_VIRTIO, 0x8, struct vhost_worker_state)
        #define VHOST_SET_FORK_FROM_OWNER _IOW(VHOST_VIRTIO, 0x84, __u8)
        """,
        "kernel/vhost_task.c": "struct vhost_task *vhost_task_create(",
    ]
    private static let all = [
        "arch-instrumented", "bluetooth-annotations", "common-handle-type", "fix-cmp-count-guard",
        "nfc-annotations", "selftest",
        "simultaneous-enable",
        "vhost-fork-owner", "vhost-task", "vhost-workers",
    ]

    private func features(_ files: [String: String]) -> [String] {
        TreeClaims { files[$0].map { [UInt8]($0.utf8) } }.features
    }

    @Test func `A tree with everything claims everything, and an empty one nothing`() {
        #expect(features(Self.current) == Self.all)
        #expect(features([:]) == [])
        #expect(TreeClaims.files == Self.current.keys.sorted())
    }

    @Test func `A slot that nothing uses is no claim, but shows in the image`() {
        var files = Self.current
        files["kernel/kcov.c"] = nil
        let claims = TreeClaims { files[$0].map { [UInt8]($0.utf8) } }
        #expect(!claims.features.contains("simultaneous-enable"))
        #expect(claims.featuresOfImage == ["simultaneous-enable"])
    }

    /// What stands in a tree without a feature, as 6.1 and 6.12 have it.
    @Test(arguments: [
        ("arch-instrumented", "arch/x86/kernel/Makefile", "# off\nKCOV_INSTRUMENT\t\t:= n\n"),
        (
            "fix-cmp-count-guard", "kernel/kcov.c",
            """
            static void notrace write_comp_data(u64 type, u64 arg1, u64 arg2, u64 ip)
            {
            \tcount = READ_ONCE(area[0]);
            \tif (likely(end_pos <= max_pos)) {
            \t\tWRITE_ONCE(area[0], count + 1);
            \t}
            }
            int other(void)
            {
            \tif (count > 3)
            \t\treturn t->kcov_remote;
            }

            """
        ),
        // As in 5.15.
        (
            "bluetooth-annotations", "net/bluetooth/hci_core.c",
            "static void hci_rx_work(struct work_struct *work)\n{\n\twhile ((skb = skb_dequeue(&hdev->rx_q))) {\n"
        ),
        ("nfc-annotations", "net/nfc/nci/core.c", "int nci_send(void);\n"),
        ("selftest", "lib/Kconfig.debug", "config KCOV\n"),
        (
            "simultaneous-enable", "include/linux/sched.h",
            "\tstruct kcov *kcov;\n\tstruct kcov *kcov_saved_kcov;\n"
        ),
        (
            "simultaneous-enable", "kernel/kcov.c",
            "write_comp_data(u64 type)\n{\n\tif (count >= 2)\n\t\treturn;\n\tt->kcov = NULL;\n}\n"
        ),
        ("vhost-task", "kernel/vhost_task.c", ""),
    ])
    func `A tree without the code does not claim the feature`(feature: String, file: String, text: String) {
        var files = Self.current
        files[file] = text
        #expect(features(files) == Self.all.filter { $0 != feature })
    }
}
