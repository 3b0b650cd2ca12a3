"""What the checks of other people's programs share: their lines, fresh names, patience, and topics for programs that make none."""

import os
import socket
import struct
import time

PREFIX = "p%x" % (time.time_ns() // 1000 % 16**8)


def name(word):
    """A name that no other run uses."""
    return f"{PREFIX}-{word}"


def check(tool, what, found, expected):
    """One line: whether what was found is what was expected."""
    if found == expected:
        print(f"ok: {tool}: {what}", flush=True)
    else:
        print(f"FAILED: {tool}: {what}: expected {expected!r}, found {found!r}", flush=True)


def attempt(tool, what, call, expected):
    """The same for a call that may fail: its exception is what was found."""
    try:
        found = call()
    except Exception as error:  # whatever a client throws is the difference
        found = f"{type(error).__name__}: {error}"
    check(tool, what, found, expected)


def until(call, expected, seconds=20):
    """Calls until the answer is as expected, for at most that long, and gives the last one."""
    deadline = time.monotonic() + seconds
    while (found := call()) != expected and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def text(value):
    data = value.encode()
    return struct.pack(">h", len(data)) + data


def create_topic(bootstrap, topic, partitions=1, **configs):
    """Creates a topic by a CreateTopics request of version 2, and waits until it serves."""
    configs = {"retention.ms": "-1", **{key.replace("_", "."): value for key, value in configs.items()}}
    body = struct.pack(">i", 1) + text(topic) + struct.pack(">ihi", partitions, 1, 0)
    body += struct.pack(">i", len(configs)) + b"".join(text(key) + text(value) for key, value in configs.items())
    body += struct.pack(">ib", 10_000, 0)
    answer = ask(bootstrap, 19, 2, body)
    (length,) = struct.unpack_from(">h", answer, 8)
    (error,) = struct.unpack_from(">h", answer, 10 + length)
    assert error == 0, f"creating {topic}: error {error}"
    for partition in range(partitions):
        until(lambda: latest_offset_error(bootstrap, topic, partition), 0)
    return topic


def latest_offset_error(bootstrap, topic, partition):
    body = struct.pack(">ii", -1, 1) + text(topic) + struct.pack(">iiq", 1, partition, -1)
    answer = ask(bootstrap, 2, 1, body)
    return struct.unpack_from(">h", answer, 4 + 2 + len(topic) + 4 + 4)[0]


def ask(bootstrap, api, version, body):
    host, port = bootstrap.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        request = struct.pack(">hhi", api, version, 1) + text("peers") + body
        connection.sendall(struct.pack(">i", len(request)) + request)
        (length,) = struct.unpack(">i", read(connection, 4))
        return read(connection, length)[4:]


def read(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        assert more, "the broker closed the connection"
        data += more
    return data


def kafka_script(bootstrap, script, *arguments, flag="--bootstrap-server", stdin=""):
    """What one of Apache Kafka's scripts prints; its log lines are left out."""
    import subprocess

    return subprocess.run(
        [f"{os.environ['KAFKA_HOME']}/bin/{script}", flag, bootstrap, *arguments],
        input=stdin, capture_output=True, text=True, timeout=180,
        env={**os.environ, "KAFKA_HEAP_OPTS": "-Xmx256m", "KAFKA_JVM_PERFORMANCE_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"})
