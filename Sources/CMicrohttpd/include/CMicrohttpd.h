/* What Swift needs of libmicrohttpd beyond its plain functions: the variadic calls behind fixed signatures, and a
 * listening socket of our own, because the library says only NULL when it cannot bind. */
#ifndef CMICROHTTPD_H
#define CMICROHTTPD_H

#include <microhttpd.h>
#include <stdint.h>
#include <sys/socket.h>

/* Opens a TCP socket that listens on the host and port (port 0: the system picks one).
 * The host is a name or a numeric address; "" is every address.
 * Returns the socket and stores the port it is bound to, or returns -1 and stores what failed (a static text or
 * strerror's). */
int cmicrohttpd_listen(const char *host, uint16_t port, int backlog, uint16_t *bound_port, const char **problem);

typedef struct {
    unsigned int threads;
    unsigned int connection_limit;
    unsigned int idle_timeout_seconds;
    size_t connection_memory;
} cmicrohttpd_limits;

/* One line of the library's own log, without its line break. */
typedef void (*cmicrohttpd_log)(void *context, const char *line);

typedef struct {
    MHD_AccessHandlerCallback respond;
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
    cmicrohttpd_log log;
} cmicrohttpd_callbacks;

/* What the log callback needs; it must outlive the daemon. */
typedef struct {
    cmicrohttpd_log log;
    void *context;
} cmicrohttpd_log_target;

/* Starts a daemon with its own polling threads (epoll) on a listening socket, which it closes when it stops.
 * Returns NULL when it cannot start; the socket is then still open. */
struct MHD_Daemon *cmicrohttpd_start(
    int listen_socket, cmicrohttpd_limits limits, cmicrohttpd_callbacks callbacks, cmicrohttpd_log_target *log_target,
    void *context);

/* The socket of a connection, or -1. */
int cmicrohttpd_connection_socket(struct MHD_Connection *connection);

#endif
