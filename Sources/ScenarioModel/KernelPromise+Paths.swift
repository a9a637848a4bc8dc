// SPDX-License-Identifier: Apache-2.0

/// The promises of the places that open remote sections: what runs there is recorded under the right handle.
extension KernelPromise {
    static let paths = [
        KernelPromise(
            "vhost-worker", .paths,
            "a vhost worker runs each work item in a section of the handle of who became the owner",
            "`vhost_run_work_list()`, in older kernels `vhost_worker()`, drivers/vhost/vhost.c",
            openers: ["vhost_run_work_list", "vhost_worker"]),
        KernelPromise(
            "vhost-kthread", .paths,
            "so does one that was asked to be a kernel thread where it would be a thread of the owner",
            "`vhost_run_work_kthread_list()`, drivers/vhost/vhost.c",
            openers: ["vhost_run_work_kthread_list"]),
        KernelPromise(
            "vhost-one-worker", .paths, "vhost-net refuses a second worker: ENOTTY",
            "`vhost_net_ioctl()`, drivers/vhost/net.c"),
        KernelPromise(
            "vhost-second-worker", .paths, "a further vhost worker has the handle of who made it",
            "`vhost_worker_create()`, drivers/vhost/vhost.c; only vhost-scsi offers it"),
        KernelPromise(
            "vhost-tap", .paths,
            "a frame that a vhost-net worker sends is recorded through the tap to its receiver",
            "`handle_tx()`, drivers/vhost/net.c"),
        KernelPromise(
            "vhost-vsock", .paths, "kicks of both vhost-vsock queues are recorded in the worker",
            "`vhost_vsock_handle_tx_kick()`, `vhost_vsock_handle_rx_kick()`, drivers/vhost/vsock.c"),
        KernelPromise(
            "vsock-send", .paths, "a vsock packet of this host to a running device is recorded in the worker",
            "`vhost_transport_send_pkt_work()`, drivers/vhost/vsock.c"),
        KernelPromise(
            "usb-hub", .paths, "what the hub task does for a bus is recorded under the handle of that bus",
            "`hub_event()`, drivers/usb/core/hub.c", openers: ["hub_event"]),
        KernelPromise(
            "usb-giveback", .paths,
            "completions of transfers in softirq are recorded under the handle of their bus, without their caller",
            "`__usb_hcd_giveback_urb()`, drivers/usb/core/hcd.c", openers: ["__usb_hcd_giveback_urb"]),
        KernelPromise(
            "usbip-receive", .paths,
            "the receiver of a USB/IP port runs each message in a section of who attached it",
            "`vhci_rx_loop()`, drivers/usb/usbip/vhci_rx.c", openers: ["vhci_rx_loop"]),
        KernelPromise(
            "bluetooth-receive", .paths, "a Bluetooth packet is parsed in a section of who wrote it",
            "`hci_rx_work()`, net/bluetooth/hci_core.c", openers: ["hci_rx_work"]),
        KernelPromise(
            "mac80211-receive", .paths, "a received wireless frame is parsed in a section of who sent it",
            "`ieee80211_rx_list()`, net/mac80211/rx.c", openers: ["ieee80211_rx_list"]),
        KernelPromise(
            "mac80211-iface", .paths,
            "the work of an interface handles a management frame in a section of who sent it",
            "`ieee80211_iface_work()`, net/mac80211/iface.c", openers: ["ieee80211_iface_work"]),
        KernelPromise(
            "nfc-command", .paths, "an NCI command is sent in a section of who asked for it",
            "`nci_cmd_work()`, net/nfc/nci/core.c", openers: ["nci_cmd_work"]),
        KernelPromise(
            "nfc-receive", .paths, "an NCI packet is parsed in a section of who wrote it",
            "`nci_rx_work()`, net/nfc/nci/core.c", openers: ["nci_rx_work"]),
        KernelPromise(
            "nfc-data", .paths, "NCI data is sent in a section of who asked for it",
            "`nci_tx_work()`, net/nfc/nci/core.c", openers: ["nci_tx_work"]),
        KernelPromise(
            "nfc-hci", .paths, "an HCI message over NCI is handled in a section of who wrote it",
            "`nci_hci_msg_rx_work()`, net/nfc/nci/hci.c", openers: ["nci_hci_msg_rx_work"]),
        KernelPromise(
            "nfc-raw", .paths, "a raw NFC socket sends in a section of who wrote to it",
            "`rawsock_tx_work()`, net/nfc/rawsock.c", openers: ["rawsock_tx_work"]),
    ]
}
