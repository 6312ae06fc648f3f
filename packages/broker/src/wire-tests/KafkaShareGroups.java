import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.serialization.*;

/** Apache Kafka's own share consumer against the broker at args[0]; args[1] is what is done. */
public class KafkaShareGroups {
  static String bootstrap;

  public static void main(String[] args) throws Exception {
    bootstrap = args[0];
    if (args[1].equals("before")) before();
    else after();
    System.exit(0);
  }

  static Properties common() {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrap);
    return properties;
  }

  static KafkaShareConsumer<String, String> member(String group, String... more) {
    Properties properties = common();
    properties.put("group.id", group);
    for (int i = 0; i < more.length; i += 2) properties.put(more[i], more[i + 1]);
    return new KafkaShareConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
  }

  static void produce(String topic, int from, int to) throws Exception {
    try (Producer<String, String> producer = new KafkaProducer<>(common(), new StringSerializer(), new StringSerializer())) {
      for (int i = from; i < to; i++) producer.send(new ProducerRecord<>(topic, null, "value " + i));
      producer.flush();
    }
  }

  /** Until the member has its partitions, and the group begins in them. */
  static void begin(KafkaShareConsumer<String, String> member, String topic) {
    member.subscribe(List.of(topic));
    for (long end = System.nanoTime() + 4_000_000_000L; System.nanoTime() < end; ) member.poll(Duration.ofMillis(200));
  }

  static List<ConsumerRecord<String, String>> read(KafkaShareConsumer<String, String> member, int count, int seconds) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    while (records.size() < count && System.nanoTime() < end) member.poll(Duration.ofMillis(200)).forEach(records::add);
    return records;
  }

  static void before() throws Exception {
    try (Admin admin = Admin.create(common())) {
      admin.createTopics(List.of(new NewTopic("shared", 1, (short) 1), new NewTopic("kept", 1, (short) 1))).all().get();
      shares();
      decides();
      say("listed", new TreeSet<>(admin.listGroups().all().get().stream().map(g -> g.groupId() + " " + g.type().get()).toList()));
    }
    stays();
  }

  /** Two members of one partition: each record has one of them. */
  static void shares() throws Exception {
    Map<String, Integer> seen = new ConcurrentHashMap<>();
    Set<String> readers = ConcurrentHashMap.newKeySet();
    CountDownLatch ready = new CountDownLatch(2);
    List<Thread> threads = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      Thread thread = new Thread(() -> {
        try (KafkaShareConsumer<String, String> member = member("flow", "max.poll.records", "50")) {
          begin(member, "shared");
          ready.countDown();
          long end = System.nanoTime() + 30_000_000_000L;
          while (seen.size() < 2_000 && System.nanoTime() < end) {
            for (ConsumerRecord<String, String> record : member.poll(Duration.ofMillis(100))) {
              seen.merge(record.value(), 1, Integer::sum);
              readers.add(name);
            }
            // What it has said nothing of as it goes is others' again.
            member.commitSync();
          }
        }
      });
      threads.add(thread);
      thread.start();
    }
    ready.await();
    produce("shared", 0, 2_000);
    for (Thread thread : threads) thread.join();
    say("shared", seen.size() + " " + seen.values().stream().mapToInt(n -> n).max().getAsInt() + " " + readers.size());
  }

  /** A member accepts, releases and rejects; one that goes leaves what it has to others. */
  static void decides() throws Exception {
    String[] explicit = {"share.acknowledgement.mode", "explicit"};
    try (KafkaShareConsumer<String, String> member = member("kept-group", explicit)) {
      begin(member, "kept");
      produce("kept", 0, 6);
      List<ConsumerRecord<String, String>> first = read(member, 6, 10);
      AcknowledgeType[] types = {AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT, AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.ACCEPT};
      for (int i = 0; i < first.size(); i++) member.acknowledge(first.get(i), types[i]);
      say("committed", member.commitSync().values().iterator().next());
      List<ConsumerRecord<String, String>> again = read(member, 2, 10);
      say("again", again.stream().map(r -> r.value() + " " + r.deliveryCount().get()).toList());
      for (ConsumerRecord<String, String> record : again) member.acknowledge(record, AcknowledgeType.RELEASE);
      member.commitSync();
    }
    try (KafkaShareConsumer<String, String> member = member("kept-group", explicit)) {
      member.subscribe(List.of("kept"));
      List<ConsumerRecord<String, String>> left = read(member, 2, 15);
      say("left", left.stream().map(r -> r.value() + " " + r.deliveryCount().get()).toList());
      member.acknowledge(left.get(0), AcknowledgeType.ACCEPT);
      member.acknowledge(left.get(1), AcknowledgeType.RELEASE);
      member.commitSync();
    }
  }

  /** The process ends with records in hand that it has said nothing of. */
  static void stays() throws Exception {
    KafkaShareConsumer<String, String> member = member("kept-group", "share.acknowledgement.mode", "explicit");
    member.subscribe(List.of("kept"));
    List<ConsumerRecord<String, String>> held = read(member, 1, 15);
    say("held", held.stream().map(r -> r.value() + " " + r.deliveryCount().get()).toList());
    try (Admin admin = Admin.create(common())) {
      ShareGroupDescription group = admin.describeShareGroups(List.of("kept-group")).all().get().get("kept-group");
      say("described", group.groupState() + " " + group.members().iterator().next().assignment().topicPartitions());
    }
    Runtime.getRuntime().halt(0);
  }

  /** After the broker was killed and has come again. */
  static void after() throws Exception {
    try (KafkaShareConsumer<String, String> member = member("kept-group")) {
      member.subscribe(List.of("kept"));
      List<ConsumerRecord<String, String>> left = read(member, 1, 20);
      say("after", left.stream().map(ConsumerRecord::value).toList());
      produce("kept", 6, 8);
      say("new", read(member, 2, 15).stream().map(ConsumerRecord::value).toList());
    }
    try (Admin admin = Admin.create(common())) {
      admin.deleteConsumerGroups(List.of("flow")).all().get();
      say("listed", admin.listGroups().all().get().stream().map(g -> g.groupId() + " " + g.type().get()).toList());
    }
  }

  static void say(String what, Object how) {
    System.out.println(what + ": " + how);
    System.out.flush();
  }
}
