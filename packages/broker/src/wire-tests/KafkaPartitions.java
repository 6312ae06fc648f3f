import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.serialization.*;

/**
 * Apache Kafka's own clients against the broker at args[0], while their topic gets more partitions. Their defaults, but
 * that they look for what is new each second instead of each five minutes. One line for each thing that came out.
 */
public class KafkaPartitions {
  static final String TOPIC = "grown";
  static int sent = 0;

  public static void main(String[] args) throws Exception {
    Properties common = new Properties();
    common.put("bootstrap.servers", args[0]);
    common.put("metadata.max.age.ms", "1000");
    Properties group = new Properties();
    group.putAll(common);
    group.put("group.id", "java");
    group.put("auto.offset.reset", "earliest");
    try (Admin admin = Admin.create(common);
         Producer<String, String> producer = new KafkaProducer<>(common, new StringSerializer(), new StringSerializer());
         Consumer<String, String> consumer = new KafkaConsumer<>(group, new StringDeserializer(), new StringDeserializer())) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1))).all().get();
      consumer.subscribe(List.of(TOPIC));
      say("before", readFrom(producer, consumer, 2));
      say("same", failure(() -> grow(admin, TOPIC, NewPartitions.increaseTo(2), false)));
      say("fewer", failure(() -> grow(admin, TOPIC, NewPartitions.increaseTo(1), false)));
      say("unknown", failure(() -> grow(admin, "unknown", NewPartitions.increaseTo(2), false)));
      say("misassigned", failure(() -> grow(admin, TOPIC, NewPartitions.increaseTo(4, List.of(List.of(1))), false)));
      say("validated", failure(() -> grow(admin, TOPIC, NewPartitions.increaseTo(4), true)) + " " + count(admin));
      say("grown", failure(() -> grow(admin, TOPIC, NewPartitions.increaseTo(4), false)) + " " + count(admin));
      say("after", readFrom(producer, consumer, 4));
      Map<String, LogDirDescription> dirs = admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
      for (Map.Entry<String, LogDirDescription> dir : dirs.entrySet()) {
        long filled = dir.getValue().replicaInfos().entrySet().stream()
          .filter(replica -> replica.getKey().topic().equals(TOPIC) && replica.getValue().size() > 0).count();
        say("filled in " + dir.getKey(), filled + " " + dir.getValue().totalBytes().isPresent());
      }
      TopicPartition first = new TopicPartition(TOPIC, 0);
      say("elected", admin.electLeaders(ElectionType.PREFERRED, Set.of(first)).partitions().get().get(first).get().getClass().getSimpleName());
      say("unclean", failure(() -> admin.electLeaders(ElectionType.UNCLEAN, Set.of(first)).all().get()));
      say("all", admin.electLeaders(ElectionType.PREFERRED, null).partitions().get().size());
    }
    System.exit(0);
  }

  static Object grow(Admin admin, String topic, NewPartitions to, boolean validateOnly) throws Exception {
    return admin.createPartitions(Map.of(topic, to), new CreatePartitionsOptions().validateOnly(validateOnly)).all().get();
  }

  static int count(Admin admin) throws Exception {
    return admin.describeTopics(List.of(TOPIC)).allTopicNames().get().get(TOPIC).partitions().size();
  }

  /** Sends keyed records until some were read from so many partitions; and then whether every record was read. */
  static String readFrom(Producer<String, String> producer, Consumer<String, String> consumer, int wanted) {
    Set<Integer> partitions = new TreeSet<>();
    int first = sent;
    Set<String> values = new HashSet<>();
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (System.nanoTime() < deadline && (partitions.size() < wanted || values.size() < sent - first)) {
      if (partitions.size() < wanted) for (int i = 0; i < 50; i++, sent++) producer.send(new ProducerRecord<>(TOPIC, "key " + sent, "value " + sent));
      producer.flush();
      for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
        partitions.add(record.partition());
        values.add(record.value());
      }
    }
    return partitions + " " + (values.size() == sent - first);
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
