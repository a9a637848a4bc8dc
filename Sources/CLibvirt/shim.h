/* SPDX-License-Identifier: Apache-2.0 */
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stddef.h>

/* VIR_DOMAIN_EVENT_CALLBACK is a cast in a macro, which Swift cannot see. */
static inline int kcovlab_watch_lifecycle(virConnectPtr connection, virConnectDomainEventCallback callback,
                                          void *opaque, virFreeCallback release)
{
    return virConnectDomainEventRegisterAny(connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                            VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}

static inline void kcovlab_drop_error(void *opaque, virErrorPtr error)
{
    (void)opaque;
    (void)error;
}

/* libvirt prints every error to stderr unless a handler is set; ours travel as values. */
static inline void kcovlab_silence_errors(void)
{
    virSetErrorFunc(NULL, kcovlab_drop_error);
}
