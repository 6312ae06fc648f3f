"""What users of aiokafka do."""

import asyncio
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

import check

PLACE = {"bootstrap_servers": check.BOOTSTRAP}
if check.USERNAME:
    PLACE |= {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": check.USERNAME,
        "sasl_plain_password": check.PASSWORD,
    }


async def make_topic(topic, partitions):
    admin = AIOKafkaAdminClient(**PLACE)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=partitions, replication_factor=check.REPLICAS)])
    await admin.close()


async def produce(topic, count, **options):
    async with AIOKafkaProducer(**PLACE, **options) as producer:
        sent = [await producer.send(topic, b"value %d" % at, key=b"key %d" % at) for at in range(count)]
        await asyncio.gather(*sent)


async def consume(topic, group, want, wait, **options):
    seen, until = {}, time.monotonic() + wait
    options = {"group_id": group, "auto_offset_reset": "earliest"} | options
    async with AIOKafkaConsumer(topic, **PLACE, **options) as consumer:
        while len(seen) < want and time.monotonic() < until:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    seen[record.value] = seen.get(record.value, 0) + 1
    return seen


async def groups():
    topic, group = check.name("aiokafka-group"), check.name("aiokafka-group")
    await make_topic(topic, 4)
    await produce(topic, 200, enable_idempotence=True, compression_type="gzip")
    check.same("different records", len(await consume(topic, group, 200, 40)), 200)
    check.same("records behind what was committed", await consume(topic, group, 1, 8), {})


async def transactions():
    topic = check.name("aiokafka-transactions")
    await make_topic(topic, 3)
    async with AIOKafkaProducer(**PLACE, transactional_id=check.name("aiokafka-id")) as producer:
        for transaction in range(10):
            await producer.begin_transaction()
            for at in range(20):
                await producer.send_and_wait(topic, b"%d-%d" % (transaction, at))
            if transaction % 2 == 0:
                await producer.commit_transaction()
            else:
                await producer.abort_transaction()
    group = check.name("aiokafka-transactions")
    seen = await consume(topic, group, 101, 10, isolation_level="read_committed")
    check.same("committed records", len(seen), 100)


check.run(
    ("a group, which goes on where it committed", lambda: asyncio.run(groups())),
    ("transactions, committed and aborted", lambda: asyncio.run(transactions())),
)
