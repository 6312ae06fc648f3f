import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.serialization.*;

/** Apache Kafka's own consumer with group.protocol=consumer against the broker at args[0], topics with args[1] replicas. */
public class KafkaConsumerGroups {
  static String bootstrap;
  static short replicas;

  public static void main(String[] args) throws Exception {
    bootstrap = args[0];
    replicas = Short.parseShort(args[1]);
    try (Admin admin = Admin.create(common())) {
      say("features", admin.describeFeatures().featureMetadata().get().finalizedFeatures().get("group.version"));
      rebalances(admin);
      described(admin);
      resumes(admin);
      staticMember(admin);
      expression(admin);
      grows(admin);
      fenced(admin);
      changesProtocol(admin);
      deleted(admin);
    }
    System.exit(0);
  }

  static Properties common() {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrap);
    return properties;
  }

  static Properties ofGroup(String group, String... more) {
    Properties properties = common();
    properties.put("group.id", group);
    properties.put("group.protocol", "consumer");
    properties.put("auto.offset.reset", "earliest");
    properties.put("enable.auto.commit", "false");
    for (int i = 0; i < more.length; i += 2) properties.put(more[i], more[i + 1]);
    return properties;
  }

  static void create(Admin admin, String topic, int partitions) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, partitions, replicas))).all().get();
  }

  static void produce(String topic, int from, int to, long pauseMs) throws Exception {
    try (Producer<String, String> producer = new KafkaProducer<>(common(), new StringSerializer(), new StringSerializer())) {
      for (int i = from; i < to; i++) {
        producer.send(new ProducerRecord<>(topic, "key " + i, "value " + i));
        if (pauseMs > 0 && i % 10 == 0) Thread.sleep(pauseMs);
      }
      producer.flush();
    }
  }

  /** A member in a thread of its own: commits what it has read, and before it lets go of a partition. */
  static class Member extends Thread {
    final Map<String, AtomicInteger> seen;
    final KafkaConsumer<String, String> consumer;
    final Set<TopicPartition> owned = ConcurrentHashMap.newKeySet();
    volatile boolean stopped = false;
    boolean hasRead = false;
    volatile Exception failure = null;

    Member(Properties properties, Map<String, AtomicInteger> seen, Object subscription) {
      this.seen = seen;
      consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
      ConsumerRebalanceListener listener = new ConsumerRebalanceListener() {
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
          commit();
          owned.removeAll(partitions);
        }
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) { owned.addAll(partitions); }
        public void onPartitionsLost(Collection<TopicPartition> partitions) { owned.removeAll(partitions); }
      };
      if (subscription instanceof SubscriptionPattern pattern) consumer.subscribe(pattern, listener);
      else consumer.subscribe(List.of((String) subscription), listener);
      start();
    }

    public void run() {
      try {
        while (!stopped) {
          ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
          for (ConsumerRecord<String, String> record : records)
            seen.computeIfAbsent(record.value(), value -> new AtomicInteger()).incrementAndGet();
          hasRead |= !records.isEmpty();
          commit();
        }
      } catch (Exception e) {
        failure = e;
      } finally {
        consumer.close();
      }
    }

    void commit() {
      if (hasRead) consumer.commitSync();
      hasRead = false;
    }

    void end() throws Exception {
      stopped = true;
      join();
      if (failure != null) throw failure;
    }
  }

  static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + 40_000_000_000L;
    while (!condition.call()) {
      if (System.nanoTime() > deadline) throw new IllegalStateException("in vain: " + what);
      Thread.sleep(50);
    }
  }

  static int owned(Member... members) {
    int count = 0;
    for (Member member : members) count += member.owned.size();
    return count;
  }

  /** Two, then three members, then two again, while records flow. */
  static void rebalances(Admin admin) throws Exception {
    create(admin, "flow", 6);
    Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    Thread producer = new Thread(() -> {
      try {
        produce("flow", 0, 6000, 40);
      } catch (Exception e) {
        throw new RuntimeException(e);
      }
    });
    producer.start();
    Member first = new Member(ofGroup("flow"), seen, "flow");
    await("first", () -> first.owned.size() == 6);
    Member second = new Member(ofGroup("flow"), seen, "flow");
    await("second", () -> first.owned.size() == 3 && second.owned.size() == 3);
    Member third = new Member(ofGroup("flow"), seen, "flow");
    await("third", () -> first.owned.size() == 2 && second.owned.size() == 2 && third.owned.size() == 2);
    first.end();
    await("without the first", () -> second.owned.size() == 3 && third.owned.size() == 3);
    producer.join();
    await("all", () -> seen.size() == 6000);
    second.end();
    third.end();
    int twice = 0;
    for (AtomicInteger count : seen.values()) if (count.get() > 1) twice++;
    say("rebalanced", seen.size() + " " + twice);
  }

  static void described(Admin admin) throws Exception {
    Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    Member member = new Member(ofGroup("flow"), seen, "flow");
    await("all of them", () -> member.owned.size() == 6);
    await("stable", () -> admin.describeConsumerGroups(List.of("flow")).all().get().get("flow").groupState() == GroupState.STABLE);
    ConsumerGroupDescription group = admin.describeConsumerGroups(List.of("flow")).all().get().get("flow");
    MemberDescription only = group.members().iterator().next();
    say("described", group.type() + " " + group.groupState() + " " + group.partitionAssignor() + " " + group.members().size() + " " + only.assignment().topicPartitions().size() + " " + only.targetAssignment().get().topicPartitions().size());
    say("listed", listed(admin, ListGroupsOptions.forConsumerGroups().withTypes(Set.of(GroupType.CONSUMER))));
    say("not empty", failure(() -> admin.deleteConsumerGroups(List.of("flow")).all().get()));
    say("subscribed", failure(() -> admin.deleteConsumerGroupOffsets("flow", Set.of(new TopicPartition("flow", 0))).all().get()));
    member.end();
  }

  static List<String> listed(Admin admin, ListGroupsOptions options) throws Exception {
    List<String> found = new ArrayList<>();
    for (GroupListing group : admin.listGroups(options).all().get())
      found.add(group.groupId() + " " + group.type().get() + " " + group.groupState().get());
    Collections.sort(found);
    return found;
  }

  static void resumes(Admin admin) throws Exception {
    produce("flow", 6000, 6010, 0);
    Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    Member member = new Member(ofGroup("flow"), seen, "flow");
    await("ten more", () -> seen.size() >= 10);
    member.end();
    say("resumed", seen.size());
  }

  /** A static member that comes back has what it had, and nobody else has moved meanwhile. */
  static void staticMember(Admin admin) throws Exception {
    create(admin, "static", 4);
    Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    Member fixed = new Member(ofGroup("static", "group.instance.id", "one"), seen, "static");
    Member other = new Member(ofGroup("static", "group.instance.id", "two"), seen, "static");
    await("both", () -> fixed.owned.size() == 2 && other.owned.size() == 2);
    Set<TopicPartition> had = Set.copyOf(fixed.owned);
    Member double_ = new Member(ofGroup("static", "group.instance.id", "two"), seen, "static");
    await("refused", () -> double_.failure != null);
    say("in use", double_.failure.getClass().getSimpleName());
    fixed.stopped = true;
    fixed.join();
    Thread.sleep(7000);
    say("kept", other.owned.size());
    Member again = new Member(ofGroup("static", "group.instance.id", "one"), seen, "static");
    await("again", () -> again.owned.equals(had));
    say("static", again.owned.equals(had) + " " + other.owned.size());
    again.end();
    other.end();
  }

  /** Topics by a regular expression, one of which comes later. */
  static void expression(Admin admin) throws Exception {
    create(admin, "expr-a", 1);
    create(admin, "other-a", 1);
    Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    Member member = new Member(ofGroup("expr"), seen, new SubscriptionPattern("expr-[a-c]"));
    await("a", () -> member.owned.size() == 1);
    create(admin, "expr-b", 2);
    await("b", () -> member.owned.size() == 3);
    admin.deleteTopics(List.of("expr-a")).all().get();
    await("without a", () -> member.owned.size() == 2);
    say("expression", member.owned.size());
    member.end();
    Member bad = new Member(ofGroup("expr"), seen, new SubscriptionPattern("(a"));
    await("refused", () -> bad.failure != null);
    say("no expression", bad.failure.getClass().getSimpleName());
  }

  /** Partitions that come later are assigned without a restart. */
  static void grows(Admin admin) throws Exception {
    create(admin, "grows", 2);
    Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    Member member = new Member(ofGroup("grows", "group.remote.assignor", "range"), seen, "grows");
    await("two", () -> member.owned.size() == 2);
    admin.createPartitions(Map.of("grows", NewPartitions.increaseTo(5))).all().get();
    await("five", () -> member.owned.size() == 5);
    say("grown", member.owned.size() + " " + admin.describeConsumerGroups(List.of("grows")).all().get().get("grows").partitionAssignor());
    member.end();
    Member wrong = new Member(ofGroup("grows", "group.remote.assignor", "nobody"), seen, "grows");
    await("refused", () -> wrong.failure != null);
    say("no assignor", wrong.failure.getClass().getSimpleName());
  }

  /** A consumer that assigns itself, and an operator, may commit for a group that nobody is in, and only then. */
  static void fenced(Admin admin) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(new TopicPartition("grows", 0), new OffsetAndMetadata(0));
    admin.alterConsumerGroupOffsets("grows", offsets).all().get();
    Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    Member member = new Member(ofGroup("grows"), seen, "grows");
    await("five", () -> member.owned.size() == 5);
    say("not a member", failure(() -> admin.alterConsumerGroupOffsets("grows", offsets).all().get()));
    member.end();
  }

  /** An empty group goes on with the other protocol, with its offsets. */
  static void changesProtocol(Admin admin) throws Exception {
    for (String protocol : List.of("classic", "consumer")) {
      produce("flow", 7000, 7005, 0);
      Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
      Properties properties = ofGroup("flow");
      properties.put("group.protocol", protocol);
      Member member = new Member(properties, seen, "flow");
      await(protocol, () -> seen.size() >= 5);
      say(protocol, seen.size() + " " + admin.describeConsumerGroups(List.of("flow")).all().get().get("flow").type());
      member.end();
    }
  }

  static void deleted(Admin admin) throws Exception {
    admin.deleteConsumerGroupOffsets("flow", Set.of(new TopicPartition("flow", 0))).all().get();
    say("offsets left", admin.listConsumerGroupOffsets("flow").partitionsToOffsetAndMetadata().get().size());
    admin.deleteConsumerGroups(List.of("flow")).all().get();
    say("gone", failure(() -> admin.describeConsumerGroups(List.of("flow")).all().get()));
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
