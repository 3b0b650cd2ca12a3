"""Apache Kafka's own scripts (KAFKA_HOME) on a broker.

usage: peers_kafka.py BOOTSTRAP
"""

import json
import re
import subprocess
import sys
import time

from peers_report import attempt, check, create_topic, kafka_script, name, until

bootstrap = sys.argv[1]


def out(script, *arguments, **more):
    """What a script prints on standard output; with its exit code where it fails."""
    result = kafka_script(bootstrap, script, *arguments, **more)
    # The options of 3.9 work in 4.3 with a warning; the new ones are not in 3.9.
    kept = [line for line in result.stdout.splitlines() if "deprecated and will be removed" not in line]
    found = "\n".join(kept).strip()
    return found if result.returncode == 0 else f"exit {result.returncode}: {found} {result.stderr.strip()[-300:]}"


def lines(script, *arguments, **more):
    return sorted(line for line in out(script, *arguments, **more).splitlines() if line.strip())


def produce(topic, text, *arguments):
    return out("kafka-console-producer.sh", "--topic", topic, *arguments, stdin=text)


def consume(topic, count, *arguments):
    """The records of a topic from its start, as many as wanted."""
    return out("kafka-console-consumer.sh", "--topic", topic, "--from-beginning", "--max-messages", str(count),
               "--timeout-ms", "30000", *arguments)


def topics():
    tool = "kafka-topics"
    made = name("topic")

    def run(*arguments):
        return out("kafka-topics.sh", *arguments)

    check(tool, "--create", run("--create", "--topic", made, "--partitions", "2", "--replication-factor", "1",
                                "--config", "cleanup.policy=compact").splitlines()[-1], f"Created topic {made}.")
    check(tool, "--create again", "TopicExistsException" in run("--create", "--topic", made), True)
    check(tool, "--create --if-not-exists", run("--create", "--topic", made, "--if-not-exists"), "")
    check(tool, "--list", made in until(lambda: run("--list").split(), [made]), True)
    described = run("--describe", "--topic", made)
    check(tool, "--describe", re.findall(r"PartitionCount: (\d+)\s+ReplicationFactor: (\d+)", described), [("2", "1")])
    check(tool, "--describe: its settings", "cleanup.policy=compact" in described, True)
    check(tool, "--describe: leaders", re.findall(r"Partition: (\d+)\s+Leader: (\d+)\s+Replicas: (\d+)\s+Isr: (\d+)", described),
          [("0", "1", "1", "1"), ("1", "1", "1", "1")])
    check(tool, "--alter --partitions 4", run("--alter", "--topic", made, "--partitions", "4"), "")
    counted = until(lambda: re.findall(r"PartitionCount: (\d+)", run("--describe", "--topic", made)), ["4"])
    check(tool, "--describe: partitions", counted, ["4"])
    check(tool, "--alter --partitions 1", "InvalidPartitionsException" in run("--alter", "--topic", made, "--partitions", "1"), True)
    check(tool, "--delete", run("--delete", "--topic", made), "")
    check(tool, "--list: gone", until(lambda: made in run("--list").split(), False), False)
    check(tool, "--describe of a missing topic", "does not exist" in run("--describe", "--topic", made), True)


def console():
    tool = "kafka-console-producer, -consumer"
    made = create_topic(bootstrap, name("console"))
    check(tool, "send keys and values", produce(made, "a:1\nb:2\n", "--property", "parse.key=true", "--property", "key.separator=:"), "")
    check(tool, "read them", consume(made, 2, "--property", "print.key=true", "--property", "key.separator=:"), "a:1\nb:2")
    check(tool, "send with headers", produce(made, "h:x\tvalue\n", "--property", "parse.headers=true"), "")
    check(tool, "read headers", consume(made, 3, "--property", "print.headers=true").splitlines()[-1], "h:x\tvalue")
    check(tool, "read a partition from an offset",
          out("kafka-console-consumer.sh", "--topic", made, "--partition", "0", "--offset", "1", "--max-messages", "2", "--timeout-ms", "30000"),
          "2\nvalue")
    for codec in ["gzip", "snappy", "lz4", "zstd"]:
        check(tool, f"send by {codec}", produce(made, f"{codec} {'x' * 500}\n", "--compression-codec", codec), "")
    found = consume(made, 7).splitlines()[3:]
    check(tool, "read what was compressed", [line.split()[0] for line in found], ["gzip", "snappy", "lz4", "zstd"])
    check(tool, "acks 0", produce(made, "unacknowledged\n", "--producer-property", "acks=0", "--producer-property", "enable.idempotence=false"), "")
    check(tool, "read it", consume(made, 8).splitlines()[-1], "unacknowledged")
    group = name("console-group")
    check(tool, "read in a group", len(consume(made, 8, "--group", group).splitlines()), 8)
    produce(made, "later\n")
    check(tool, "the group goes on", out("kafka-console-consumer.sh", "--topic", made, "--group", group, "--max-messages", "1", "--timeout-ms", "30000"), "later")


def transactions():
    tool = "kafka-transactions"
    made = create_topic(bootstrap, name("transactions"))
    tx = name("tx")

    def run(*arguments):
        return out("kafka-transactions.sh", *arguments)

    def rows(*arguments):
        return [line.split() for line in run(*arguments).splitlines()[1:]]

    def kcat(text, *arguments):
        return subprocess.Popen(
            ["kcat", "-b", bootstrap, "-P", "-t", made, "-p", "0", "-X", "linger.ms=0", *arguments], stdin=subprocess.PIPE,
            text=True, stderr=subprocess.DEVNULL) if text is None else subprocess.run(
            ["kcat", "-b", bootstrap, "-P", "-t", made, "-p", "0", *arguments], input=text, text=True, check=True, timeout=60)

    kcat("committed\n", "-X", f"transactional.id={tx}")
    check(tool, "list", until(lambda: [(row[0], row[3]) for row in rows("list") if row[0] == tx], [(tx, "CompleteCommit")]), [(tx, "CompleteCommit")])
    described = rows("describe", "--transactional-id", tx)
    check(tool, "describe", [(row[1], row[4], row[5]) for row in described], [(tx, "CompleteCommit", "60000")])
    check("kafka-console-consumer", "--isolation-level read_committed", consume(made, 1, "--isolation-level", "read_committed"), "committed")

    open_one = kcat(None, "-X", f"transactional.id={tx}")
    open_one.stdin.write("open\n" * 100_000)
    open_one.stdin.flush()
    check(tool, "list: open", until(lambda: [row[3] for row in rows("list") if row[0] == tx], ["Ongoing"]), ["Ongoing"])
    described = rows("describe", "--transactional-id", tx)
    check(tool, "describe: open", [(row[4], row[-1]) for row in described], [("Ongoing", f"{made}-0")])
    producers = rows("describe-producers", "--topic", made, "--partition", "0")
    check(tool, "describe-producers: one with an open transaction", [row[-1] for row in producers if row[-1] != "None"], ["2"])
    check("kafka-console-consumer", "--isolation-level read_uncommitted sees the open one",
          consume(made, 2, "--isolation-level", "read_uncommitted"), "committed\nopen")
    hanging = run("find-hanging", "--broker-id", "1", "--max-transaction-timeout", "15")
    check(tool, "find-hanging: none", [line for line in hanging.splitlines() if made in line], [])
    check(tool, "abort", run("abort", "--topic", made, "--partition", "0", "--start-offset", "2"), "")
    producers = until(lambda: [row[-1] for row in rows("describe-producers", "--topic", made, "--partition", "0") if row[-1] != "None"], [])
    check(tool, "describe-producers: none open", producers, [])
    open_one.kill()
    open_one.stdin = None
    open_one.wait(timeout=30)
    produce(made, "plain\n")
    check("kafka-console-consumer", "--isolation-level read_committed leaves out what was aborted",
          consume(made, 2, "--isolation-level", "read_committed"), "committed\nplain")


def groups():
    tool = "kafka-consumer-groups"
    made = create_topic(bootstrap, name("grouped"), 2)
    produce(made, "".join(f"{index}\n" for index in range(10)))
    group = name("group")

    def run(*arguments):
        return out("kafka-consumer-groups.sh", *arguments)

    def offsets(text):
        return sorted(tuple(line.split()[1:6]) for line in text.splitlines() if line.split()[:2] == [group, made])

    def described():
        """Partition, committed offset, end and lag."""
        return sorted(tuple(line.split()[2:6]) for line in run("--describe", "--group", group).splitlines()
                      if line.split()[:2] == [group, made])

    ends = dict(line.rsplit(":", 2)[1:] for line in lines("kafka-get-offsets.sh", "--topic", made))
    consume(made, 10, "--group", group)
    expected = [(partition, end, end, "0") for partition, end in sorted(ends.items())]
    check(tool, "--describe: offsets and lag", until(described, expected), expected)
    check(tool, "--list", group in run("--list").split(), True)
    listed = [line.split() for line in run("--list", "--state").splitlines()]
    check(tool, "--list --state", [row[-1] for row in listed if row[0] == group], ["Empty"])
    state = run("--describe", "--group", group, "--state").splitlines()[-1].split()
    check(tool, "--describe --state", (state[0], state[-2:]), (group, ["Empty", "0"]))

    reader = subprocess.Popen(
        ["kcat", "-b", bootstrap, "-G", group, "-q", "-X", "client.id=reader", made], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        def members():
            return [(row[3], row[4]) for row in (line.split() for line in run("--describe", "--group", group, "--members").splitlines())
                    if row[:1] == [group]]

        check(tool, "--describe --members", until(members, [("reader", "2")], 40), [("reader", "2")])
        state = run("--describe", "--group", group, "--state").splitlines()[-1].split()
        check(tool, "--describe --state: stable", state[-3:], ["range", "Stable", "1"])
        check(tool, "--reset-offsets of a group with members", "can only be reset if the group" in run(
            "--reset-offsets", "--group", group, "--topic", made, "--to-earliest", "--execute"), True)
        check(tool, "--delete of a group with members", "GroupNotEmptyException" in run("--delete", "--group", group), True)
    finally:
        reader.terminate()
        reader.wait(timeout=30)
    until(lambda: run("--describe", "--group", group, "--state").splitlines()[-1].split()[-2:], ["Empty", "0"])

    def reset(*arguments):
        return sorted(tuple(line.split()[2:4]) for line in run("--reset-offsets", "--group", group, "--topic", made, *arguments).splitlines()
                      if line.split()[:2] == [group, made])

    check(tool, "--reset-offsets --to-earliest --dry-run", reset("--to-earliest", "--dry-run"), [("0", "0"), ("1", "0")])
    check(tool, "after the dry run", described(), expected)
    check(tool, "--reset-offsets --to-earliest --execute", reset("--to-earliest", "--execute"), [("0", "0"), ("1", "0")])
    check(tool, "after it", [row[:2] for row in described()], [("0", "0"), ("1", "0")])
    check(tool, "--reset-offsets --shift-by 1", reset("--shift-by", "1", "--execute"), sorted((p, str(min(1, int(e)))) for p, e in ends.items()))
    check(tool, "--reset-offsets --to-latest", reset("--to-latest", "--execute"), sorted(ends.items()))
    check(tool, "--reset-offsets --to-datetime", reset("--to-datetime", "2020-01-01T00:00:00.000", "--execute"), [("0", "0"), ("1", "0")])
    deleted = run("--delete-offsets", "--group", group, "--topic", made)
    check(tool, "--delete-offsets", "Successful" in deleted, True)
    check(tool, "after it", described(), [])
    check(tool, "--delete", "was successful" in run("--delete", "--group", group), True)
    check(tool, "--list: gone", group in run("--list").split(), False)
    check(tool, "--describe of a missing group", "GroupIdNotFoundException" in run("--describe", "--group", group), True)


def offsets():
    tool = "kafka-get-offsets"
    made = create_topic(bootstrap, name("offsets"))
    produce(made, "a\n")
    time.sleep(0.05)
    between = int(time.time() * 1000)
    produce(made, "b\nc\n")
    for label, value, expected in [("earliest", "-2", 0), ("latest", "-1", 3), ("largest time", "-3", None), ("a time", str(between), 1)]:
        found = out("kafka-get-offsets.sh", "--topic", made, "--time", value)
        if expected is None:
            check(tool, f"--time: {label}", found in [f"{made}:0:1", f"{made}:0:2"], True)
        else:
            check(tool, f"--time: {label}", found, f"{made}:0:{expected}")
    check(tool, "--topic-partitions", out("kafka-get-offsets.sh", "--topic-partitions", f"{made}:0"), f"{made}:0:3")

    tool = "kafka-delete-records"
    path = f"/tmp/{name('delete')}.json"
    with open(path, "w") as file:
        json.dump({"partitions": [{"topic": made, "partition": 0, "offset": 2}], "version": 1}, file)
    found = out("kafka-delete-records.sh", "--offset-json-file", path)
    check(tool, "low watermark", re.findall(r"partition: (\S+)\s+low_watermark: (\d+)", found), [(f"{made}-0", "2")])
    check("kafka-get-offsets", "earliest after it", out("kafka-get-offsets.sh", "--topic", made, "--time", "-2"), f"{made}:0:2")
    subprocess.run(["rm", path], check=True)


def configs():
    tool = "kafka-configs"
    made = create_topic(bootstrap, name("configs"))

    def run(*arguments, entity=("--entity-type", "topics", "--entity-name", made)):
        return out("kafka-configs.sh", *entity, *arguments)

    def own():
        return sorted(re.findall(r"^  (\S+=\S*) sensitive", run("--describe"), re.M))

    check(tool, "--describe", own(), ["retention.ms=-1"])
    check(tool, "--describe --all", "segment.bytes=" in run("--describe", "--all"), True)
    check(tool, "--alter --add-config", run("--alter", "--add-config", "max.message.bytes=5555,cleanup.policy=[compact,delete]"),
          f"Completed updating config for topic {made}.")
    expected = ["cleanup.policy=compact,delete", "max.message.bytes=5555", "retention.ms=-1"]
    check(tool, "after it", until(own, expected), expected)
    check(tool, "--alter --delete-config", run("--alter", "--delete-config", "cleanup.policy"), f"Completed updating config for topic {made}.")
    check(tool, "after it", until(own, expected[1:]), expected[1:])
    check(tool, "an unknown setting", "InvalidConfigurationException" in run("--alter", "--add-config", "no.such=1"), True)
    check(tool, "a bad value", "InvalidConfigurationException" in run("--alter", "--add-config", "retention.ms=soon"), True)
    broker = ("--entity-type", "brokers", "--entity-name", "1")
    check(tool, "the broker's", "log.cleanup.policy=" in run("--describe", "--all", entity=broker), True)
    check(tool, "a missing topic", "exit" in run("--alter", "--add-config", "retention.ms=1", entity=("--entity-type", "topics", "--entity-name", name("missing"))), True)


def cluster():
    versions = out("kafka-broker-api-versions.sh")
    check("kafka-broker-api-versions", "the broker answers", versions.startswith(bootstrap), True)
    for api in ["Produce(0)", "Fetch(1)", "JoinGroup(11)", "EndTxn(26)", "IncrementalAlterConfigs(44)"]:
        found = re.findall(rf"{re.escape(api)}: (.*?),?$", versions, re.M)
        check("kafka-broker-api-versions", f"{api} is usable", bool(found) and "UNSUPPORTED" not in found[0], True)
    made = create_topic(bootstrap, name("logs"))
    produce(made, "some bytes\n")
    found = out("kafka-log-dirs.sh", "--describe", "--topic-list", made)
    answer = json.loads(found[found.index("{"):])
    partitions = [p for broker in answer["brokers"] for folder in broker["logDirs"] for p in folder["partitions"]]
    check("kafka-log-dirs", "partitions", [p["partition"] for p in partitions], [f"{made}-0"])
    check("kafka-log-dirs", "sizes", [p["size"] > 0 for p in partitions], [True])


def load():
    made = create_topic(bootstrap, name("load"), 3)
    found = out("kafka-producer-perf-test.sh", "--topic", made, "--num-records", "20000", "--record-size", "200", "--throughput", "-1")
    check("kafka-producer-perf-test", "20000 records sent", "20000 records sent" in found, True)
    found = out("kafka-consumer-perf-test.sh", "--topic", made, "--messages", "20000", "--timeout", "60000")
    row = [field.strip() for field in found.splitlines()[-1].split(",")]
    check("kafka-consumer-perf-test", "20000 records read", row[4:5], ["20000"])
    found = out("kafka-verifiable-producer.sh", "--topic", made, "--max-messages", "500", "--throughput", "-1")
    sent = [json.loads(line) for line in found.splitlines() if line.startswith("{")]
    check("kafka-verifiable-producer", "500 acknowledged", sum(1 for line in sent if line.get("name") == "producer_send_success"), 500)
    ends = [int(line.rsplit(":", 1)[1]) for line in lines("kafka-get-offsets.sh", "--topic", made)]
    check("kafka-get-offsets", "all are there", sum(ends), 20_500)
    found = out("kafka-producer-perf-test.sh", "--topic", made, "--num-records", "5000", "--record-size", "100", "--throughput", "-1",
                "--transactional-id", name("perf"), "--transaction-duration-ms", "200")
    check("kafka-producer-perf-test", "in transactions", "5000 records sent" in found, True)


for part in [topics, console, transactions, groups, offsets, configs, cluster, load]:
    attempt("kafka", f"{part.__name__}: all steps", part, None)
