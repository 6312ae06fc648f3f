"""What users of confluent-kafka (librdkafka) do."""

import threading
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

import check

PLACE = {"bootstrap.servers": check.BOOTSTRAP}
if check.USERNAME:
    PLACE |= {
        "security.protocol": "sasl_plaintext",
        "sasl.mechanism": "PLAIN",
        "sasl.username": check.USERNAME,
        "sasl.password": check.PASSWORD,
    }


def make_topic(topic, partitions):
    admin = AdminClient(PLACE)
    made = admin.create_topics([NewTopic(topic, partitions, check.REPLICAS)], operation_timeout=20)
    made[topic].result()


def produce(topic, count, **options):
    failures = []
    producer = Producer(PLACE | {key.replace("_", "."): value for key, value in options.items()})
    for at in range(count):
        producer.produce(
            topic,
            key=f"key {at}",
            value=f"value {at}",
            headers={"at": str(at)},
            on_delivery=lambda error, _: failures.append(error) if error else None,
        )
    check.same("undelivered", producer.flush(40), 0)
    check.same("failures", failures, [])


def consume(topic, group, want, wait, seen=None, stop=None, **options):
    """How often each value came, until there are so many or time is over."""
    seen = {} if seen is None else seen
    settings = {key.replace("_", "."): value for key, value in options.items()}
    consumer = Consumer(PLACE | {"group.id": group, "auto.offset.reset": "earliest"} | settings)
    consumer.subscribe([topic])
    until = time.monotonic() + wait
    try:
        while len(seen) < want and time.monotonic() < until and not (stop and stop.is_set()):
            message = consumer.poll(0.5)
            if message is None:
                continue
            if message.error():
                if not message.error().retriable():
                    raise KafkaException(message.error())
                continue
            value = message.value().decode()
            seen[value] = seen.get(value, 0) + 1
    finally:
        consumer.close()
    return seen


def every_codec():
    topic = check.name("confluent-codecs")
    make_topic(topic, 3)
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        produce(topic, 100, compression_type=codec)
    check.same("different records", len(consume(topic, check.name("confluent-codecs"), 100, 40)), 100)


def group_of(**options):
    def deed():
        mark = "-".join(options.values()) or "classic"
        topic, group = check.name(f"confluent-group-{mark}"), check.name(f"confluent-group-{mark}")
        make_topic(topic, 6)
        produce(topic, 600, enable_idempotence="true")
        seen, stop = {}, threading.Event()
        failures = []

        def member():
            try:
                consume(topic, group, 600, 60, seen, stop, **options)
            except Exception as error:  # Told by the thread that waits for all.
                failures.append(error)

        members = [threading.Thread(target=member) for _ in range(3)]
        for thread in members:
            thread.start()
        for thread in members:
            thread.join()
        check.same("failures", failures, [])
        check.same("different records", len(seen), 600)
        check.same("records behind what was committed", consume(topic, group, 1, 8, **options), {})

    return deed


def transactions():
    topic = check.name("confluent-transactions")
    make_topic(topic, 3)
    producer = Producer(PLACE | {"transactional.id": check.name("confluent-id")})
    producer.init_transactions(30)
    for transaction in range(10):
        producer.begin_transaction()
        for at in range(20):
            producer.produce(topic, value=f"{transaction}-{at}")
        if transaction % 2 == 0:
            producer.commit_transaction(30)
        else:
            producer.abort_transaction(30)
    seen = consume(topic, check.name("confluent-transactions"), 101, 10, isolation_level="read_committed")
    check.same("committed records", len(seen), 100)
    check.same("times of each", set(seen.values()), {1})


def exactly_once():
    """Copies from one topic to another, and commits what it read in the same transactions."""
    source, target, group = (check.name(f"confluent-{role}") for role in ["from", "to", "copy"])
    make_topic(source, 3)
    make_topic(target, 3)
    produce(source, 300)
    consumer = Consumer(
        PLACE | {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False}
    )
    consumer.subscribe([source])
    producer = Producer(PLACE | {"transactional.id": check.name("confluent-copy")})
    producer.init_transactions(30)
    copied, transaction, until = 0, 0, time.monotonic() + 60
    while copied < 300 and time.monotonic() < until:
        messages = consumer.consume(40, 2)
        if not messages:
            continue
        producer.begin_transaction()
        for message in messages:
            producer.produce(target, key=message.key(), value=message.value())
        positions = consumer.position(consumer.assignment())
        producer.send_offsets_to_transaction(positions, consumer.consumer_group_metadata(), 30)
        transaction += 1
        if transaction % 3 == 0:
            producer.abort_transaction(30)
            first = {}
            for message in messages:
                key = (message.topic(), message.partition())
                first[key] = min(first.get(key, message.offset()), message.offset())
            for (topic, partition), offset in first.items():
                consumer.seek(TopicPartition(topic, partition, offset))
        else:
            producer.commit_transaction(30)
            copied += len(messages)
    consumer.close()
    seen = consume(target, check.name("confluent-check"), 301, 10, isolation_level="read_committed")
    check.same("copied records", len(seen), 300)
    check.same("times of each", set(seen.values()), {1})


def administration():
    topic = check.name("confluent-admin")
    admin = AdminClient(PLACE)
    make_topic(topic, 2)
    produce(topic, 50)
    entry = ConfigEntry("retention.ms", "86400000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    admin.incremental_alter_configs([resource])[resource].result()
    wanted = ConfigResource(ResourceType.TOPIC, topic)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        kept = admin.describe_configs([wanted])[wanted].result()["retention.ms"].value
        if kept == "86400000":
            break
    check.same("retention.ms", kept, "86400000")
    admin.create_partitions([NewPartitions(topic, 3)])[topic].result()
    consumer = Consumer(PLACE | {"group.id": check.name("confluent-admin")})
    ends = [consumer.get_watermark_offsets(TopicPartition(topic, at), timeout=10) for at in range(2)]
    check.same("records", sum(high for _, high in ends), 50)
    deletions = admin.delete_records([TopicPartition(topic, 0, -1)])
    for deletion in deletions.values():
        deletion.result()
    check.same("first offset", consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)[0], ends[0][1])
    consumer.close()
    admin.list_consumer_groups().result()
    check.same("brokers", len(admin.describe_cluster().result().nodes), check.REPLICAS)
    admin.delete_topics([topic])[topic].result()


check.run(
    ("produce with every compression, and read it", every_codec),
    ("a group of three members, which goes on where it committed", group_of()),
    ("the same with cooperative rebalancing", group_of(partition_assignment_strategy="cooperative-sticky")),
    ("the same with groups of the new protocol (KIP-848)", group_of(group_protocol="consumer")),
    ("transactions, committed and aborted", transactions),
    ("read, transform and write exactly once", exactly_once),
    ("admin's configs, partitions, deletion of records, groups and topics", administration),
)
