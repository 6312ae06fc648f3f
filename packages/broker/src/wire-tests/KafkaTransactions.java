import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.serialization.*;

/**
 * Transactions of Apache Kafka's own clients against the broker at args[0], with their defaults; names end in args[1], so
 * that it can run again. One line for each thing that came out.
 */
public class KafkaTransactions {
  static Properties common = new Properties();
  static String suffix;
  static String in;
  static String out;

  public static void main(String[] args) throws Exception {
    common.put("bootstrap.servers", args[0]);
    suffix = args[1];
    short replicas = Short.parseShort(args[2]);
    in = "in-" + suffix;
    out = "out-" + suffix;
    try (Admin admin = Admin.create(common)) {
      admin.createTopics(List.of(new NewTopic(in, 1, replicas), new NewTopic(out, 3, replicas))).all().get();
      say("features", admin.describeFeatures().featureMetadata().get().finalizedFeatures().get("transaction.version"));
    }
    commitsAndAborts();
    fences();
    timesOut();
    copies();
    hangs();
    System.exit(0);
  }

  static void commitsAndAborts() throws Exception {
    try (Producer<String, String> producer = producer("writer", 60_000)) {
      producer.initTransactions();
      for (int round = 0; round < 6; round++) {
        producer.beginTransaction();
        for (int at = 0; at < 9; at++) producer.send(new ProducerRecord<>(out, at % 3, null, round + "-" + at));
        producer.flush();
        if (round == 1) say("uncommitted while open", read(out, "read_uncommitted").size() + " " + read(out, "read_committed").size());
        if (round % 2 == 0) producer.commitTransaction();
        else producer.abortTransaction();
      }
    }
    List<String> committed = await(out, 27);
    say("committed", committed.size() + " " + committed.stream().allMatch(value -> (value.charAt(0) - '0') % 2 == 0));
    say("all", read(out, "read_uncommitted").size());
  }

  static void fences() throws Exception {
    Producer<String, String> zombie = producer("fenced", 60_000);
    zombie.initTransactions();
    zombie.beginTransaction();
    zombie.send(new ProducerRecord<>(out, 0, null, "9-zombie")).get();
    try (Producer<String, String> next = producer("fenced", 60_000)) {
      next.initTransactions();
      say("zombie", failure(() -> {
        zombie.send(new ProducerRecord<>(out, 0, null, "9-late")).get();
        zombie.commitTransaction();
      }));
      next.beginTransaction();
      next.send(new ProducerRecord<>(out, 0, null, "8-next")).get();
      next.commitTransaction();
    }
    zombie.close(Duration.ZERO);
    say("after fencing", await(out, 28).contains("8-next") + " " + read(out, "read_committed").contains("9-zombie"));
  }

  static void timesOut() throws Exception {
    try (Producer<String, String> slow = producer("slow", 2_000); Producer<String, String> quick = producer("quick", 60_000)) {
      slow.initTransactions();
      quick.initTransactions();
      slow.beginTransaction();
      slow.send(new ProducerRecord<>(out, 1, null, "7-slow")).get();
      quick.beginTransaction();
      quick.send(new ProducerRecord<>(out, 1, null, "6-quick")).get();
      quick.commitTransaction();
      say("held back", read(out, "read_committed").contains("6-quick"));
      say("released", await(out, 29).contains("6-quick"));
      say("timed out", failure(() -> slow.commitTransaction()));
      say("never seen", read(out, "read_committed").contains("7-slow"));
    }
  }

  /** Reads and writes, some of it aborted: each input once in the output. */
  static void copies() throws Exception {
    try (Producer<String, String> plain = new KafkaProducer<>(common, new StringSerializer(), new StringSerializer())) {
      for (int at = 0; at < 100; at++) plain.send(new ProducerRecord<>(in, 0, null, "input " + at));
    }
    String target = "copied-" + suffix;
    Properties group = consumerOf("read_committed");
    group.put("group.id", "copier-" + suffix);
    group.put("enable.auto.commit", "false");
    group.put("max.poll.records", "10");
    int aborts = 0;
    TopicPartition source = new TopicPartition(in, 0);
    try (Producer<String, String> producer = producer("copier", 60_000);
         Consumer<String, String> consumer = new KafkaConsumer<>(group, new StringDeserializer(), new StringDeserializer())) {
      producer.initTransactions();
      consumer.subscribe(List.of(in));
      long committed = 0;
      int round = 0;
      long until = System.currentTimeMillis() + 60_000;
      while (committed < 100 && System.currentTimeMillis() < until) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(500));
        if (records.isEmpty()) continue;
        producer.beginTransaction();
        for (ConsumerRecord<String, String> record : records) producer.send(new ProducerRecord<>(target, null, record.value()));
        long next = records.records(source).get(records.count() - 1).offset() + 1;
        producer.sendOffsetsToTransaction(Map.of(source, new OffsetAndMetadata(next)), consumer.groupMetadata());
        if (round++ % 3 == 1) {
          producer.abortTransaction();
          aborts++;
          OffsetAndMetadata at = consumer.committed(Set.of(source)).get(source);
          consumer.seek(source, at == null ? 0 : at.offset());
        } else {
          producer.commitTransaction();
          committed = next;
        }
      }
      say("offset", consumer.committed(Set.of(source)).get(source).offset());
    }
    List<String> copied = await(target, 100);
    say("copied", copied.size() + " " + new HashSet<>(copied).size() + " " + (aborts > 0));
  }

  /** What an operator does about a transaction that nobody ends. */
  static void hangs() throws Exception {
    TopicPartition place = new TopicPartition(out, 2);
    try (Producer<String, String> producer = producer("hanging", 60_000); Admin admin = Admin.create(common)) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(out, 2, null, "5-hanging")).get();
      String id = "hanging-" + suffix;
      say("listed", admin.listTransactions().all().get().stream().filter(each -> each.transactionalId().equals(id)).map(each -> each.state().toString()).toList());
      TransactionDescription described = admin.describeTransactions(List.of(id)).description(id).get();
      say("described", described.state() + " " + described.topicPartitions().equals(Set.of(place)) + " " + described.transactionTimeoutMs());
      ProducerState open = admin.describeProducers(List.of(place)).partitionResult(place).get().activeProducers().stream()
        .filter(each -> each.currentTransactionStartOffset().isPresent()).findFirst().get();
      say("its producer", open.producerId() == described.producerId());
      say("aborted by hand", failure(() -> admin.abortTransaction(
        new AbortTransactionSpec(place, open.producerId(), (short) open.producerEpoch(), open.coordinatorEpoch().orElse(0))).all().get()));
      say("nothing hangs", admin.describeProducers(List.of(place)).partitionResult(place).get().activeProducers().stream()
        .noneMatch(each -> each.currentTransactionStartOffset().isPresent()));
      say("nor is seen", read(out, "read_committed").contains("5-hanging"));
      producer.abortTransaction();
    }
  }

  static Producer<String, String> producer(String name, int timeoutMs) {
    Properties properties = new Properties();
    properties.putAll(common);
    properties.put("transactional.id", name + "-" + suffix);
    properties.put("transaction.timeout.ms", Integer.toString(timeoutMs));
    return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
  }

  static Properties consumerOf(String isolation) {
    Properties properties = new Properties();
    properties.putAll(common);
    properties.put("isolation.level", isolation);
    properties.put("auto.offset.reset", "earliest");
    return properties;
  }

  /** All that can be read up to the end that the broker tells. */
  static List<String> read(String topic, String isolation) {
    List<String> values = new ArrayList<>();
    Properties properties = consumerOf(isolation);
    try (Consumer<String, String> consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions = consumer.partitionsFor(topic).stream().map(info -> new TopicPartition(topic, info.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long until = System.currentTimeMillis() + 20_000;
      while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition)) && System.currentTimeMillis() < until)
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) values.add(record.value());
    }
    return values;
  }

  static List<String> await(String topic, int count) throws Exception {
    long until = System.currentTimeMillis() + 30_000;
    List<String> values = read(topic, "read_committed");
    while (values.size() < count && System.currentTimeMillis() < until) {
      Thread.sleep(100);
      values = read(topic, "read_committed");
    }
    return values;
  }

  interface Work { void run() throws Exception; }

  static String failure(Work work) {
    try {
      work.run();
      return "none";
    } catch (Exception thrown) {
      Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
      return cause.getClass().getSimpleName();
    }
  }

  static void say(String what, Object value) {
    System.out.println(what + ": " + value);
  }
}
