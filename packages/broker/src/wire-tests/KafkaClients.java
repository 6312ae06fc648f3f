import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.*;

/** Apache Kafka's own clients with their defaults against the broker at args[0]; one line for each thing that came out. */
public class KafkaClients {
  static final long BASE = 1_700_000_000_000L;

  public static void main(String[] args) throws Exception {
    Properties common = new Properties();
    common.put("bootstrap.servers", args[0]);
    common.put("request.timeout.ms", "10000");
    common.put("default.api.timeout.ms", "15000");
    try (Admin admin = Admin.create(common)) {
      NewTopic topic = new NewTopic("java", 3, (short) 1).configs(Map.of("retention.ms", "-1", "segment.bytes", "1048576"));
      CreateTopicsResult created = admin.createTopics(List.of(topic));
      created.all().get();
      say("created", created.numPartitions("java").get());
      say("again", failure(() -> admin.createTopics(List.of(topic)).all().get()));
      TopicDescription described = admin.describeTopics(List.of("java")).allTopicNames().get().get("java");
      say("described", described.partitions().size() + " " + described.topicId().equals(created.topicId("java").get()));
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "java");
      Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
      say("config", config.get("retention.ms").value() + " " + config.get("retention.ms").source() + " " + config.get("max.message.bytes").isDefault());
      say("cluster", admin.describeCluster().nodes().get().size());
      for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) produceAndFind(common, admin, codec);
      consume(common);
      deleteGroup(admin);
      say("tooLarge", tooLarge(common));
      admin.deleteTopics(List.of("java")).all().get();
      say("deleted", admin.listTopics().names().get().contains("java"));
      say("unknown", failure(() -> admin.describeTopics(List.of("java")).allTopicNames().get()));
    }
    System.exit(0);
  }

  /** One batch of a hundred records, then each found by its time, to the record. */
  static void produceAndFind(Properties common, Admin admin, String codec) throws Exception {
    admin.createTopics(List.of(new NewTopic("find-" + codec, 1, (short) 1))).all().get();
    Properties properties = new Properties();
    properties.putAll(common);
    properties.put("compression.type", codec);
    properties.put("linger.ms", "200");
    long first = -1;
    try (Producer<String, String> producer = new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      List<java.util.concurrent.Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < 100; i++) sent.add(producer.send(new ProducerRecord<>("find-" + codec, 0, BASE + 10 * i, "key", "value " + i)));
      producer.flush();
      first = sent.get(0).get().offset();
    }
    TopicPartition partition = new TopicPartition("find-" + codec, 0);
    StringBuilder found = new StringBuilder("" + first);
    for (long time : new long[] {0, BASE + 1, BASE + 10, BASE + 505, BASE + 990}) found.append(' ').append(at(admin, partition, OffsetSpec.forTimestamp(time)));
    found.append(' ').append(at(admin, partition, OffsetSpec.forTimestamp(BASE + 991)));
    found.append(' ').append(at(admin, partition, OffsetSpec.maxTimestamp()));
    found.append(' ').append(at(admin, partition, OffsetSpec.earliest())).append(' ').append(at(admin, partition, OffsetSpec.latest()));
    say("find " + codec, found);
  }

  static long at(Admin admin, TopicPartition partition, OffsetSpec spec) throws Exception {
    return admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get().offset();
  }

  static void consume(Properties common) throws Exception {
    try (Producer<String, String> producer = new KafkaProducer<>(common, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < 3000; i++) producer.send(new ProducerRecord<>("java", "key " + i, "value " + i));
    }
    Properties properties = new Properties();
    properties.putAll(common);
    properties.put("group.id", "java");
    properties.put("auto.offset.reset", "earliest");
    say("consumed", read(properties, 3000));
    try (Producer<String, String> producer = new KafkaProducer<>(common, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>("java", "key", "one more")).get();
    }
    say("resumed", read(properties, 1));
  }

  /** The group's offsets of one partition, then the group with the rest of them. */
  static void deleteGroup(Admin admin) throws Exception {
    admin.deleteConsumerGroupOffsets("java", Set.of(new TopicPartition("java", 0))).all().get();
    say("offsets left", admin.listConsumerGroupOffsets("java").partitionsToOffsetAndMetadata().get().size());
    admin.deleteConsumerGroups(List.of("java")).all().get();
    say("group left", admin.listConsumerGroupOffsets("java").partitionsToOffsetAndMetadata().get().size());
    say("group gone", failure(() -> admin.deleteConsumerGroups(List.of("java")).all().get()));
  }

  /** How many different values a member of the group reads until it has `wanted` records; commits them. */
  static int read(Properties properties, int wanted) {
    Set<String> values = new HashSet<>();
    int count = 0;
    long deadline = System.nanoTime() + 20_000_000_000L;
    try (Consumer<String, String> consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of("java"));
      while (count < wanted && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
          values.add(record.value());
          count++;
        }
      }
      consumer.commitSync();
    }
    return count == values.size() ? count : -count;
  }

  static String tooLarge(Properties common) {
    Properties properties = new Properties();
    properties.putAll(common);
    properties.put("max.request.size", "4000000");
    try (Producer<String, String> producer = new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      return failure(() -> producer.send(new ProducerRecord<>("java", "x".repeat(2_000_000))).get());
    }
  }

  interface Work { Object run() throws Exception; }

  static String failure(Work work) {
    try {
      work.run();
      return "none";
    } catch (Exception e) {
      return (e.getCause() == null ? e : e.getCause()).getClass().getSimpleName();
    }
  }

  static void say(String what, Object value) {
    System.out.println(what + ": " + value);
  }
}
