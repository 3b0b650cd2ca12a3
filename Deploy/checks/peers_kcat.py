"""Debian's kcat (librdkafka 2.0.2) on a broker.

usage: peers_kcat.py BOOTSTRAP
"""

import json
import subprocess
import sys
import time

from peers_report import attempt, check, create_topic, name, until

bootstrap = sys.argv[1]


def kcat(*arguments, stdin=None):
    result = subprocess.run(
        ["kcat", "-b", bootstrap, "-m", "30", *arguments], input=stdin, capture_output=True, text=True, timeout=90)
    return result.stdout if result.returncode == 0 else f"exit {result.returncode}: {result.stderr.strip().splitlines()[-1:]}"


def consume(topic, *arguments, form="%o %k %s\n"):
    return kcat("-C", "-t", topic, "-e", "-q", "-f", form, *arguments)


def metadata():
    topic = create_topic(bootstrap, name("metadata"), 3)
    found = json.loads(kcat("-L", "-J", "-t", topic))
    check("kcat", "-L: brokers", [broker["name"] for broker in found["brokers"]], [bootstrap])
    check("kcat", "-L: partitions", len(found["topics"][0]["partitions"]), 3)
    check("kcat", "-L: leaders are brokers",
          {p["leader"] for p in found["topics"][0]["partitions"]} <= {b["id"] for b in found["brokers"]}, True)
    missing = json.loads(kcat("-L", "-J", "-t", name("missing")))
    check("kcat", "-L: a missing topic", missing["topics"][0].get("error"), "Broker: Unknown topic or partition")
    every = json.loads(kcat("-L", "-J"))
    check("kcat", "-L: all topics", topic in [t["topic"] for t in every["topics"]], True)


def records():
    topic = create_topic(bootstrap, name("records"), 2)
    kcat("-P", "-t", topic, "-p", "0", "-K", ":", stdin="a:1\nb:2\na:3\n")
    check("kcat", "keys and values", consume(topic, "-p", "0"), "0 a 1\n1 b 2\n2 a 3\n")
    kcat("-P", "-t", topic, "-p", "1", "-H", "trace=x", "-H", "empty", "-k", "key", stdin="with headers\n")
    check("kcat", "headers", consume(topic, "-p", "1", form="%k %s %h\n"), "key with headers trace=x,empty=NULL\n")
    kcat("-P", "-t", topic, "-p", "1", "-Z", "-K", ":", stdin="gone:\n")
    check("kcat", "null value", consume(topic, "-p", "1", "-o", "1", form="%k %S\n"), "gone -1\n")
    check("kcat", "-o 1", consume(topic, "-p", "0", "-o", "1"), "1 b 2\n2 a 3\n")
    check("kcat", "-o -1", consume(topic, "-p", "0", "-o", "-1"), "2 a 3\n")
    check("kcat", "-o end", consume(topic, "-p", "0", "-o", "end"), "")
    check("kcat", "-c 2", consume(topic, "-p", "0", "-c", "2"), "0 a 1\n1 b 2\n")
    check("kcat", "both partitions", sorted(consume(topic, form="%p/%o\n").split()), ["0/0", "0/1", "0/2", "1/0", "1/1"])


def compressions():
    for codec in ["gzip", "snappy", "lz4", "zstd"]:
        topic = create_topic(bootstrap, name(codec))
        lines = "".join(f"{'x' * 200} {i}\n" for i in range(500))
        kcat("-P", "-t", topic, "-p", "0", "-X", f"compression.codec={codec}", "-X", "linger.ms=50", stdin=lines)
        check("kcat", f"500 records by {codec}", consume(topic, form="%s\n"), lines)


def times():
    topic = create_topic(bootstrap, name("times"))
    kcat("-P", "-t", topic, "-p", "0", stdin="first\n")
    time.sleep(0.05)
    between = int(time.time() * 1000)
    time.sleep(0.05)
    kcat("-P", "-t", topic, "-p", "0", stdin="second\n")
    check("kcat", "-Q: end", kcat("-Q", "-t", f"{topic}:0:-1"), f"{topic} [0] offset 2\n")
    check("kcat", "-Q: beginning", kcat("-Q", "-t", f"{topic}:0:-2"), f"{topic} [0] offset 0\n")
    check("kcat", "-Q: a time", kcat("-Q", "-t", f"{topic}:0:{between}"), f"{topic} [0] offset 1\n")
    check("kcat", "-Q: after all", kcat("-Q", "-t", f"{topic}:0:{between + 3_600_000}"), f"{topic} [0] offset -1\n")
    check("kcat", "-o s@TIME", consume(topic, "-o", f"s@{between}", form="%s\n"), "second\n")
    check("kcat", "-o e@TIME", kcat("-C", "-t", topic, "-q", "-f", "%s\n", "-o", "beginning", "-o", f"e@{between}"), "first\n")
    stamps = [int(line) for line in consume(topic, form="%T\n").split()]
    check("kcat", "times of records", stamps[0] < between < stamps[1], True)


def transactions():
    topic = create_topic(bootstrap, name("transactions"))
    kcat("-P", "-t", topic, "-p", "0", "-X", f"transactional.id={name('tx')}", stdin="one\ntwo\n")
    committed = ["-X", "isolation.level=read_committed"]
    uncommitted = ["-X", "isolation.level=read_uncommitted"]
    found = until(lambda: consume(topic, *committed, form="%o %s\n"), "0 one\n1 two\n")
    check("kcat", "a committed transaction", found, "0 one\n1 two\n")
    # kcat reads its input in large pieces. The next producer of the id aborts what a killed one left open.
    producer = subprocess.Popen(
        ["kcat", "-b", bootstrap, "-P", "-t", topic, "-p", "0", "-X", f"transactional.id={name('tx')}", "-X", "linger.ms=0"],
        stdin=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL)
    producer.stdin.write("aborted\n" * 50_000)
    producer.stdin.flush()
    found = until(lambda: sorted(set(consume(topic, *uncommitted, form="%s\n").split())), ["aborted", "one", "two"])
    check("kcat", "an open transaction, read_uncommitted", found, ["aborted", "one", "two"])
    check("kcat", "an open transaction, read_committed", consume(topic, *committed, form="%o %s\n"), "0 one\n1 two\n")
    producer.kill()
    producer.wait(timeout=60)
    kcat("-P", "-t", topic, "-p", "0", "-X", f"transactional.id={name('tx')}", stdin="next\n")
    found = until(lambda: consume(topic, *committed, form="%s\n"), "one\ntwo\nnext\n")
    check("kcat", "an aborted transaction, read_committed", found, "one\ntwo\nnext\n")
    found = sorted(set(consume(topic, *uncommitted, form="%s\n").split()))
    check("kcat", "an aborted transaction, read_uncommitted", found, ["aborted", "next", "one", "two"])


def groups():
    topic = create_topic(bootstrap, name("groups"), 2)
    kcat("-P", "-t", topic, "-p", "0", stdin="a\nb\n")
    kcat("-P", "-t", topic, "-p", "1", stdin="c\n")

    def member(*more):
        settings = ["-X", "auto.offset.reset=earliest", "-e", "-q", "-f", "%s\n", *more]
        return sorted(kcat("-G", name("group"), *settings, topic).split())

    check("kcat", "-G: a new group reads all", member(), ["a", "b", "c"])
    kcat("-P", "-t", topic, "-p", "1", stdin="d\n")
    check("kcat", "-G: and goes on where it was", member(), ["d"])
    check("kcat", "-G: with nothing new", member(), [])
    kcat("-P", "-t", topic, "-p", "0", stdin="e\n")
    check("kcat", "-G: a static member", member("-X", "group.instance.id=one"), ["e"])
    kcat("-P", "-t", topic, "-p", "0", stdin="f\n")
    check("kcat", "-G: the static member again", member("-X", "group.instance.id=one"), ["f"])
    settings = ["-X", "auto.offset.reset=earliest", "-X", "partition.assignment.strategy=cooperative-sticky"]
    found = kcat("-G", name("cooperative"), *settings, "-e", "-q", "-f", "%s\n", topic)
    check("kcat", "-G: cooperative", sorted(found.split()), ["a", "b", "c", "d", "e", "f"])


def limits():
    topic = create_topic(bootstrap, name("limits"), max_message_bytes="1000")
    found = kcat("-P", "-t", topic, "-p", "0", stdin="x" * 2_000 + "\n")
    check("kcat", "a record that is too large", "Message size too large" in found, True)
    topic = create_topic(bootstrap, name("acks"))
    found = kcat("-P", "-t", topic, "-p", "0", "-X", "enable.idempotence=true", stdin="".join(f"{i}\n" for i in range(500)))
    check("kcat", "an idempotent producer", consume(topic, form="%s ").split(), [str(i) for i in range(500)])
    for acks in ["0", "1", "all"]:
        kcat("-P", "-t", topic, "-p", "0", "-X", f"acks={acks}", stdin=f"acks {acks}\n")
    found = until(lambda: consume(topic, "-o", "500", form="%s\n"), "acks 0\nacks 1\nacks all\n")
    check("kcat", "acks 0, 1 and all", found, "acks 0\nacks 1\nacks all\n")
    check("kcat", "an offset out of range", consume(topic, "-o", "9999", form="%s\n"), "")


for part in [metadata, records, compressions, times, transactions, groups, limits]:
    attempt("kcat", f"{part.__name__}: all steps", part, None)
