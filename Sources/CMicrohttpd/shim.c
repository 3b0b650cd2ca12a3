#define _GNU_SOURCE
#include "CMicrohttpd.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int listen_on(const struct addrinfo *address, int backlog) {
    int descriptor = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
    if (descriptor < 0) return -1;
    int yes = 1;
    /* Without it a restarted worker could not bind while old connections are in TIME_WAIT. */
    (void)setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(descriptor, address->ai_addr, address->ai_addrlen) == 0 && listen(descriptor, backlog) == 0)
        return descriptor;
    int reason = errno;
    (void)close(descriptor);
    errno = reason;
    return -1;
}

static uint16_t port_of(int descriptor) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0) return 0;
    if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

int cmicrohttpd_listen(const char *host, uint16_t port, int backlog, uint16_t *bound_port, const char **problem) {
    struct addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    char service[8];
    (void)snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo *found = NULL;
    int result = getaddrinfo(host[0] == '\0' ? NULL : host, service, &hints, &found);
    if (result != 0) {
        *problem = gai_strerror(result);
        return -1;
    }
    int descriptor = -1;
    for (const struct addrinfo *address = found; address != NULL && descriptor < 0; address = address->ai_next)
        descriptor = listen_on(address, backlog);
    *problem = descriptor < 0 ? strerror(errno) : NULL;
    freeaddrinfo(found);
    if (descriptor >= 0) *bound_port = port_of(descriptor);
    return descriptor;
}

static void log_line(void *target, const char *format, va_list arguments) {
    const cmicrohttpd_log_target *log_target = target;
    char line[512];
    (void)vsnprintf(line, sizeof line, format, arguments);
    size_t length = strlen(line);
    while (length > 0 && line[length - 1] == '\n') line[--length] = '\0';
    log_target->log(log_target->context, line);
}

struct MHD_Daemon *cmicrohttpd_start(
    int listen_socket, cmicrohttpd_limits limits, cmicrohttpd_callbacks callbacks, cmicrohttpd_log_target *log_target,
    void *context) {
    struct MHD_OptionItem pool[] = {
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)limits.threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    /* A pool of one is refused by the library: one thread is its plain mode. */
    if (limits.threads < 2) pool[0].option = MHD_OPTION_END;
    log_target->log = callbacks.log;
    log_target->context = context;
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0, NULL, NULL, callbacks.respond, context,
        /* First, so that what the other options have to say goes to it. */
        MHD_OPTION_EXTERNAL_LOGGER, log_line, log_target,
        MHD_OPTION_LISTEN_SOCKET, listen_socket,
        MHD_OPTION_CONNECTION_LIMIT, limits.connection_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, limits.idle_timeout_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.connection_memory,
        MHD_OPTION_NOTIFY_COMPLETED, callbacks.completed, context,
        MHD_OPTION_NOTIFY_CONNECTION, callbacks.connection, context,
        MHD_OPTION_ARRAY, pool,
        MHD_OPTION_END);
}

int cmicrohttpd_connection_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *information =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return information == NULL ? -1 : information->connect_fd;
}
