import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.nio.file.Files;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;

/** What users of Kafka Streams do. */
public class Streams {
  interface Deed {
    void run() throws Exception;
  }

  static final String BOOTSTRAP = System.getenv("BOOTSTRAP");
  static final String RUN = Long.toHexString(System.nanoTime());
  static final short REPLICAS = (short) (BOOTSTRAP.contains(",") ? 3 : 1);
  static final int PARTITIONS = 3;
  static final int KEYS = 20;
  static final int EACH = 100;

  static String name(String purpose) {
    return purpose + "-" + RUN;
  }

  static Properties place() {
    var properties = new Properties();
    properties.put("bootstrap.servers", BOOTSTRAP);
    var user = System.getenv("SASL_USERNAME");
    if (user != null) {
      properties.put("security.protocol", "SASL_PLAINTEXT");
      properties.put("sasl.mechanism", "PLAIN");
      properties.put(
          "sasl.jaas.config",
          "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";"
              .formatted(user, System.getenv("SASL_PASSWORD")));
    }
    return properties;
  }

  static void makeTopics(String... names) throws Exception {
    try (var admin = Admin.create(place())) {
      var topics = new ArrayList<NewTopic>();
      for (var topic : names) topics.add(new NewTopic(topic, PARTITIONS, REPLICAS));
      admin.createTopics(topics).all().get();
    }
  }

  static void produce(String topic, int from, int to) throws Exception {
    try (var producer = new KafkaProducer<>(place(), new StringSerializer(), new StringSerializer())) {
      for (int round = from; round < to; round++)
        for (int key = 0; key < KEYS; key++)
          producer.send(new ProducerRecord<>(topic, "key " + key, "value " + round));
      producer.flush();
    }
  }

  static KafkaStreams start(StreamsBuilder builder, String application, String guarantee) throws Exception {
    var properties = place();
    properties.put("application.id", application);
    properties.put("processing.guarantee", guarantee);
    properties.put("replication.factor", (int) REPLICAS);
    properties.put("commit.interval.ms", 100);
    properties.put("statestore.cache.max.bytes", 0);
    properties.put("state.dir", Files.createTempDirectory("weir-streams").toString());
    var streams = new KafkaStreams(builder.build(), properties);
    // As the default does, and says why.
    streams.setUncaughtExceptionHandler(problem -> {
      problem.printStackTrace();
      return StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
    streams.start();
    return streams;
  }

  static StreamsBuilder counting(String from, String to) {
    var builder = new StreamsBuilder();
    builder.stream(from, Consumed.with(Serdes.String(), Serdes.String()))
        // Another key than the one that came, so that there is a topic between.
        .selectKey((key, value) -> key + "!")
        .groupByKey(Grouped.with(Serdes.String(), Serdes.String()))
        .count()
        .toStream()
        .to(to, Produced.with(Serdes.String(), Serdes.Long()));
    return builder;
  }

  /** Every value of each key, in order, until each has its last or time is over. */
  static Map<String, List<Long>> counts(String topic, long last) {
    var properties = place();
    properties.put("group.id", name("streams-check"));
    properties.put("auto.offset.reset", "earliest");
    properties.put("isolation.level", "read_committed");
    var counts = new HashMap<String, List<Long>>();
    try (var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new LongDeserializer())) {
      consumer.subscribe(List.of(topic));
      var until = System.nanoTime() + Duration.ofSeconds(240).toNanos();
      while (System.nanoTime() < until) {
        for (ConsumerRecord<String, Long> record : consumer.poll(Duration.ofMillis(200)))
          counts.computeIfAbsent(record.key(), key -> new ArrayList<>()).add(record.value());
        boolean isWhole = counts.size() == KEYS;
        for (var values : counts.values()) isWhole &= values.get(values.size() - 1) >= last;
        if (isWhole) return counts;
      }
    }
    throw new AssertionError("not all was counted in time: " + counts);
  }

  static void countExactlyOnce() throws Exception {
    String from = name("streams-in"), to = name("streams-counts"), application = name("streams-app");
    makeTopics(from, to);
    var first = start(counting(from, to), application, "exactly_once_v2");
    produce(from, 0, EACH / 2);
    var second = start(counting(from, to), application, "exactly_once_v2");
    Thread.sleep(2_000);
    // One of two goes in the middle of it, and says so: the other takes its tasks over.
    var leaving = CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
    first.close(leaving.withTimeout(Duration.ofSeconds(20)));
    produce(from, EACH / 2, EACH);
    var counts = counts(to, EACH);
    second.close(Duration.ofSeconds(20));
    for (var entry : counts.entrySet()) {
      var values = entry.getValue();
      if (values.size() != EACH) throw new AssertionError(entry.getKey() + " has " + values.size() + " counts");
      for (int at = 0; at < EACH; at++)
        if (values.get(at) != at + 1) throw new AssertionError(entry.getKey() + " counts " + values);
    }
  }

  static void join() throws Exception {
    String left = name("streams-left"), right = name("streams-right"), to = name("streams-joined");
    makeTopics(left, right, to);
    var builder = new StreamsBuilder();
    var of = Consumed.with(Serdes.String(), Serdes.String());
    var within = JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ofHours(1));
    builder.stream(left, of)
        .join(builder.stream(right, of), (one, other) -> 1L, within,
            StreamJoined.with(Serdes.String(), Serdes.String(), Serdes.String()))
        .to(to, Produced.with(Serdes.String(), Serdes.Long()));
    var streams = start(builder, name("streams-join"), "at_least_once");
    produce(left, 0, 1);
    produce(right, 0, 1);
    counts(to, 1);
    streams.close(Duration.ofSeconds(20));
  }

  static boolean attempt(String title, Deed deed) {
    try {
      deed.run();
      System.out.println("ok " + title);
      return true;
    } catch (Throwable problem) {
      problem.printStackTrace();
      System.out.println(("not ok " + title + ": " + problem).replace("\n", " "));
      return false;
    }
  }

  public static void main(String[] args) {
    boolean isWell = attempt("count exactly once (exactly_once_v2), through a topic between, while an instance goes", Streams::countExactlyOnce);
    isWell &= attempt("join two streams", Streams::join);
    System.exit(isWell ? 0 : 1);
  }
}
