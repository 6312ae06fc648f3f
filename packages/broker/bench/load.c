// Load generator on librdkafka for the benchmark: it must not be what limits, so it is C, and it reports
// what it saw as one JSON line.
//
//   load produce  BROKER TOPIC PARTITIONS RECORDS BYTES COMPRESSION IDEMPOTENT
//   load consume  BROKER TOPIC PARTITIONS RECORDS
//   load requests BROKER TOPIC RECORDS            one record a request, one connection, pipelined
//   load create   BROKER TOPIC PARTITIONS [REPLICAS]
//   load latency  BROKER TOPIC RATE SECONDS       acknowledged latency at a steady rate
//   load steady   BROKER TOPIC PARTITIONS RATE BYTES   the same while something else goes on, see below
//   load state    BROKER TOPIC PARTITION          who leads it, and how many at least are in sync in the topic
//   load outage   BROKER TOPIC PARTITION          the longest time without an acknowledgement, see below
//
// BROKER may be a list. LOAD_USERNAME and LOAD_PASSWORD, if they are set, are signed in with (SASL/PLAIN). With LOAD_CA, a
// file of certificates to trust, it comes by TLS.
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long delivered, failed;
static int64_t *latencies;
static long latency_count;
static int64_t last_delivery_us, longest_pause_us;

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char error[512];
  if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) {
    fprintf(stderr, "%s=%s: %s\n", name, value, error);
    exit(2);
  }
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque) {
  (void)rk;
  (void)opaque;
  if (message->err) {
    failed++;
    return;
  }
  delivered++;
  if (last_delivery_us) {
    int64_t now = now_us();
    if (now - last_delivery_us > longest_pause_us) longest_pause_us = now - last_delivery_us;
    last_delivery_us = now;
  }
  if (latencies) latencies[latency_count++] = now_us() - (int64_t)(intptr_t)message->_private;
}

static rd_kafka_t *client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
  char error[512];
  rd_kafka_t *rk = rd_kafka_new(type, conf, error, sizeof error);
  if (!rk) {
    fprintf(stderr, "%s\n", error);
    exit(2);
  }
  return rk;
}

static rd_kafka_conf_t *conf_for(const char *broker) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", broker);
  const char *username = getenv("LOAD_USERNAME"), *password = getenv("LOAD_PASSWORD"), *ca = getenv("LOAD_CA");
  if (ca) {
    set(conf, "security.protocol", "ssl");
    set(conf, "ssl.ca.location", ca);
  }
  if (!username || !password) return conf;
  set(conf, "security.protocol", ca ? "sasl_ssl" : "sasl_plaintext");
  set(conf, "sasl.mechanisms", "PLAIN");
  set(conf, "sasl.username", username);
  set(conf, "sasl.password", password);
  return conf;
}

static rd_kafka_conf_t *producer_conf(const char *broker) {
  rd_kafka_conf_t *conf = conf_for(broker);
  set(conf, "acks", "all");
  set(conf, "queue.buffering.max.messages", "2000000");
  set(conf, "queue.buffering.max.kbytes", "1048576");
  set(conf, "message.timeout.ms", "120000");
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  return conf;
}

static void fill(char *bytes, size_t length) {
  // Half random, half repeated: compresses about as well as JSON does.
  unsigned state = 42;
  for (size_t i = 0; i < length; i++) {
    state = state * 1664525u + 1013904223u;
    bytes[i] = i % 2 ? 'a' + (char)(i % 26) : (char)(32 + (state >> 24) % 90);
  }
}

static void send_all(rd_kafka_t *rk, const char *topic, int partitions, long records, size_t bytes) {
  char *payload = malloc(bytes);
  fill(payload, bytes);
  rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
  for (long i = 0; i < records;) {
    // Runs a partition, as a keyed or sticky producer makes them.
    int partition = partitions == 1 ? 0 : (int)((i / 16) % partitions);
    if (rd_kafka_produce(rkt, partition, RD_KAFKA_MSG_F_COPY, payload, bytes, NULL, 0, NULL) == 0) {
      i++;
      if (i % 4096 == 0) rd_kafka_poll(rk, 0);
    } else {
      rd_kafka_poll(rk, 10);
    }
  }
  while (delivered + failed < records) rd_kafka_poll(rk, 100);
  rd_kafka_topic_destroy(rkt);
  free(payload);
}

static int produce(char **a) {
  int partitions = atoi(a[2]);
  long records = atol(a[3]);
  size_t bytes = (size_t)atol(a[4]);
  rd_kafka_conf_t *conf = producer_conf(a[0]);
  set(conf, "linger.ms", "5");
  set(conf, "batch.size", "1000000");
  set(conf, "batch.num.messages", "100000");
  set(conf, "compression.type", a[5]);
  set(conf, "enable.idempotence", a[6]);
  rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, conf);
  int64_t began = now_us();
  send_all(rk, a[1], partitions, records, bytes);
  double seconds = (double)(now_us() - began) / 1e6;
  printf("{\"records\":%ld,\"failed\":%ld,\"seconds\":%.6f,\"mbPerSecond\":%.2f,\"recordsPerSecond\":%.0f}\n",
         delivered, failed, seconds, (double)delivered * (double)bytes / 1e6 / seconds, (double)delivered / seconds);
  rd_kafka_destroy(rk);
  return failed ? 1 : 0;
}

static int requests(char **a) {
  long records = atol(a[2]);
  rd_kafka_conf_t *conf = producer_conf(a[0]);
  set(conf, "linger.ms", "0");
  set(conf, "batch.num.messages", "1");
  set(conf, "max.in.flight", "1000");
  rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, conf);
  int64_t began = now_us();
  send_all(rk, a[1], 1, records, 100);
  double seconds = (double)(now_us() - began) / 1e6;
  printf("{\"records\":%ld,\"failed\":%ld,\"seconds\":%.6f,\"requestsPerSecond\":%.0f}\n", delivered, failed, seconds,
         (double)delivered / seconds);
  rd_kafka_destroy(rk);
  return failed ? 1 : 0;
}

static int by_value(const void *left, const void *right) {
  int64_t l = *(const int64_t *)left, r = *(const int64_t *)right;
  return l < r ? -1 : l > r;
}

static int latency(char **a) {
  long rate = atol(a[2]);
  long total = rate * atol(a[3]);
  latencies = malloc(sizeof(int64_t) * (size_t)total);
  rd_kafka_conf_t *conf = producer_conf(a[0]);
  set(conf, "linger.ms", "0");
  rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, conf);
  rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, a[1], NULL);
  char payload[100];
  fill(payload, sizeof payload);
  long warm = rate;
  int64_t began = now_us();
  for (long i = 0; i < total; i++) {
    int64_t due = began + i * 1000000 / rate;
    while (now_us() < due) rd_kafka_poll(rk, 0);
    // From when it was due, so that a stall of the sender counts as well.
    rd_kafka_produce(rkt, 0, RD_KAFKA_MSG_F_COPY, payload, sizeof payload, NULL, 0, (void *)(intptr_t)due);
  }
  while (delivered + failed < total) rd_kafka_poll(rk, 100);
  long count = latency_count - warm;
  qsort(latencies + warm, (size_t)count, sizeof(int64_t), by_value);
  int64_t *sorted = latencies + warm;
  printf("{\"records\":%ld,\"failed\":%ld,\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"maxMs\":%.3f}\n", delivered, failed,
         (double)sorted[count / 2] / 1e3, (double)sorted[count * 99 / 100] / 1e3, (double)sorted[count - 1] / 1e3);
  rd_kafka_topic_destroy(rkt);
  rd_kafka_destroy(rk);
  return failed ? 1 : 0;
}

// Says `ready` once a second's worth is acknowledged. The first byte on the standard input begins the time that
// counts, its end ends it. It sleeps between two records: whatever else goes on has the processor.
static int steady(char **a) {
  int partitions = atoi(a[2]);
  long rate = atol(a[3]), bytes = atol(a[4]), room = rate * 600, from = 0;
  latencies = malloc(sizeof(int64_t) * (size_t)room);
  rd_kafka_conf_t *conf = producer_conf(a[0]);
  set(conf, "linger.ms", "0");
  rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, conf);
  rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, a[1], NULL);
  char *payload = malloc((size_t)bytes), byte;
  fill(payload, (size_t)bytes);
  struct pollfd input = {0, POLLIN, 0};
  long sent = 0;
  int is_ready = 0;
  int64_t began = now_us();
  for (; sent < room && !failed; sent++) {
    int64_t due = began + sent * 1000000 / rate;
    while (now_us() < due) rd_kafka_poll(rk, 1);
    rd_kafka_produce(rkt, (int)(sent % partitions), RD_KAFKA_MSG_F_COPY, payload, (size_t)bytes, NULL, 0, (void *)(intptr_t)due);
    if (!is_ready && delivered >= rate) {
      is_ready = 1;
      printf("ready\n");
      fflush(stdout);
    }
    if (poll(&input, 1, 0) < 1) continue;
    if (read(0, &byte, 1) < 1) break;
    from = latency_count;
  }
  sent++;
  while (delivered + failed < sent) rd_kafka_poll(rk, 100);
  long count = latency_count - from;
  int64_t *sorted = latencies + from;
  qsort(sorted, (size_t)count, sizeof(int64_t), by_value);
  printf("{\"records\":%ld,\"failed\":%ld,\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"maxMs\":%.3f}\n", count, failed,
         (double)sorted[count / 2] / 1e3, (double)sorted[count * 99 / 100] / 1e3, (double)sorted[count - 1] / 1e3);
  rd_kafka_topic_destroy(rkt);
  rd_kafka_destroy(rk);
  return failed ? 1 : 0;
}

static int consume(char **a) {
  int partitions = atoi(a[2]);
  long records = atol(a[3]);
  rd_kafka_conf_t *conf = conf_for(a[0]);
  set(conf, "fetch.wait.max.ms", "100");
  set(conf, "queued.min.messages", "1000000");
  set(conf, "queued.max.messages.kbytes", "262144");
  set(conf, "check.crcs", "false");
  rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, conf);
  rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, a[1], NULL);
  rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
  for (int p = 0; p < partitions; p++) rd_kafka_consume_start_queue(rkt, p, RD_KAFKA_OFFSET_BEGINNING, queue);
  rd_kafka_message_t **batch = malloc(sizeof(*batch) * 10000);
  long seen = 0;
  double bytes = 0;
  int64_t started = now_us(), began = 0, last = started;
  while (seen < records && now_us() - last < 30000000) {
    ssize_t count = rd_kafka_consume_batch_queue(queue, 1000, batch, 10000);
    for (ssize_t i = 0; i < count; i++) {
      if (!batch[i]->err) {
        seen++;
        bytes += (double)batch[i]->len;
      }
      rd_kafka_message_destroy(batch[i]);
    }
    if (count > 0) {
      last = now_us();
      // What the client needs before its first fetch is not the broker's, unless everything came with that one.
      if (!began) began = seen < records ? last : started;
    }
  }
  double seconds = (double)(now_us() - began) / 1e6;
  printf("{\"records\":%ld,\"failed\":%ld,\"seconds\":%.6f,\"mbPerSecond\":%.2f,\"recordsPerSecond\":%.0f}\n", seen,
         records - seen, seconds, bytes / 1e6 / seconds, (double)seen / seconds);
  for (int p = 0; p < partitions; p++) rd_kafka_consume_stop(rkt, p);
  return seen == records ? 0 : 1;
}

static int create(char **a, int replicas) {
  rd_kafka_conf_t *conf = conf_for(a[0]);
  rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, conf);
  char error[512];
  rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(a[1], atoi(a[2]), replicas, error, sizeof error);
  rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
  rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
  rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 120000);
  const rd_kafka_CreateTopics_result_t *result = event ? rd_kafka_event_CreateTopics_result(event) : NULL;
  size_t count = 0;
  const rd_kafka_topic_result_t **topics = result ? rd_kafka_CreateTopics_result_topics(result, &count) : NULL;
  int failed = count != 1 || rd_kafka_topic_result_error(topics[0]);
  if (failed) fprintf(stderr, "the topic could not be created: %s\n", count == 1 ? rd_kafka_topic_result_error_string(topics[0]) : "no answer");
  printf("{}\n");
  return failed;
}

static int state(char **a) {
  rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, conf_for(a[0]));
  rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, a[1], NULL);
  const struct rd_kafka_metadata *metadata = NULL;
  rd_kafka_resp_err_t error = rd_kafka_metadata(rk, 0, rkt, &metadata, 20000);
  if (error || metadata->topic_cnt != 1) {
    fprintf(stderr, "no metadata: %s\n", rd_kafka_err2str(error));
    return 1;
  }
  const rd_kafka_metadata_topic_t *topic = &metadata->topics[0];
  int leader = -1, led = 0, insync = topic->partition_cnt ? 1000 : 0;
  for (int p = 0; p < topic->partition_cnt; p++) {
    const rd_kafka_metadata_partition_t *partition = &topic->partitions[p];
    if (partition->id == atoi(a[2])) leader = partition->leader;
    if (partition->leader >= 0) led++;
    if (partition->isr_cnt < insync) insync = partition->isr_cnt;
  }
  printf("{\"partitions\":%d,\"led\":%d,\"leader\":%d,\"inSyncMin\":%d}\n", topic->partition_cnt, led, leader, insync);
  return 0;
}

// A broker that goes away is what is measured, and nothing to report.
static void pass_over(rd_kafka_t *rk, int error, const char *reason, void *opaque) {
  (void)rk, (void)error, (void)reason, (void)opaque;
}

// Sends a record each millisecond, one a request while the broker keeps up. Says `ready` once a thousand are
// acknowledged. The first byte on the standard input begins the time that counts; after its end a further
// thousand are sent, and the longest time between two acknowledgements is told once these are there as well.
static int outage(char **a) {
  int partition = atoi(a[2]);
  rd_kafka_conf_t *conf = producer_conf(a[0]);
  set(conf, "linger.ms", "0");
  set(conf, "enable.idempotence", "true");
  set(conf, "log_level", "0");
  rd_kafka_conf_set_error_cb(conf, pass_over);
  rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, conf);
  rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, a[1], NULL);
  char payload[100], byte;
  fill(payload, sizeof payload);
  struct pollfd input = {0, POLLIN, 0};
  long sent = 0, until = 0;
  int is_ready = 0;
  int64_t due = now_us();
  while (!failed && (!until || delivered < until)) {
    while (now_us() < due) rd_kafka_poll(rk, 0);
    if (!until || sent < until)
      if (rd_kafka_produce(rkt, partition, RD_KAFKA_MSG_F_COPY, payload, sizeof payload, NULL, 0, NULL) == 0) sent++;
    due += 1000;
    if (!is_ready && delivered >= 1000) {
      is_ready = 1;
      printf("ready\n");
      fflush(stdout);
    }
    if (until || poll(&input, 1, 0) < 1) continue;
    if (read(0, &byte, 1) < 1) until = sent + 1000;
    else last_delivery_us = now_us();
  }
  printf("{\"records\":%ld,\"failed\":%ld,\"pauseMs\":%.3f}\n", delivered, failed, (double)longest_pause_us / 1e3);
  rd_kafka_topic_destroy(rkt);
  rd_kafka_destroy(rk);
  return failed ? 1 : 0;
}

int main(int argc, char **argv) {
  if (argc > 8 && !strcmp(argv[1], "produce")) return produce(argv + 2);
  if (argc > 5 && !strcmp(argv[1], "consume")) return consume(argv + 2);
  if (argc > 4 && !strcmp(argv[1], "requests")) return requests(argv + 2);
  if (argc > 4 && !strcmp(argv[1], "create")) return create(argv + 2, argc > 5 ? atoi(argv[5]) : 1);
  if (argc > 4 && !strcmp(argv[1], "state")) return state(argv + 2);
  if (argc > 4 && !strcmp(argv[1], "outage")) return outage(argv + 2);
  if (argc > 6 && !strcmp(argv[1], "steady")) return steady(argv + 2);
  if (argc > 5 && !strcmp(argv[1], "latency")) return latency(argv + 2);
  fprintf(stderr, "usage: see the top of load.c\n");
  return 2;
}
