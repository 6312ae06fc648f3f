import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.serialization.*;

/**
 * Copies args[4] records of the topic "in" to "out" in transactions of a few, offsets among them, on the cell at
 * args[0] with the key args[1] and its secret args[2], as applications are told to: what can be aborted is, after all
 * else producer and consumer are made anew. args[3]: pause between transactions, milliseconds. At the end it says what
 * readers of committed records see.
 */
public class CopyInTransactions {
  static Properties common = new Properties();

  public static void main(String[] args) throws Exception {
    common.put("bootstrap.servers", args[0]);
    common.put("security.protocol", "SASL_PLAINTEXT");
    common.put("sasl.mechanism", "PLAIN");
    common.put("sasl.jaas.config", "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + args[1] + "\" password=\"" + args[2] + "\";");
    int pauseMs = Integer.parseInt(args[3]);
    int count = Integer.parseInt(args[4]);
    try (Producer<String, String> producer = new KafkaProducer<>(common, new StringSerializer(), new StringSerializer())) {
      for (int at = 0; at < count; at++) producer.send(new ProducerRecord<>("in", 0, null, Integer.toString(at)));
    }
    System.out.println("begun");
    int lives = 0;
    while (!copy(count, pauseMs)) lives++;
    List<String> values = read(count);
    System.out.println("copied: " + values.size() + " " + new HashSet<>(values).size());
    System.err.println("lives: " + lives);
    System.exit(0);
  }

  /** One life of producer and consumer; whether all is copied. */
  static boolean copy(int count, int pauseMs) throws Exception {
    Properties ofProducer = new Properties();
    ofProducer.putAll(common);
    ofProducer.put("transactional.id", "copier");
    Properties ofGroup = new Properties();
    ofGroup.putAll(common);
    ofGroup.put("group.id", "copier");
    ofGroup.put("group.instance.id", "copier");
    ofGroup.put("enable.auto.commit", "false");
    ofGroup.put("auto.offset.reset", "earliest");
    ofGroup.put("isolation.level", "read_committed");
    ofGroup.put("max.poll.records", "5");
    TopicPartition source = new TopicPartition("in", 0);
    try (Producer<String, String> producer = new KafkaProducer<>(ofProducer, new StringSerializer(), new StringSerializer());
         Consumer<String, String> consumer = new KafkaConsumer<>(ofGroup, new StringDeserializer(), new StringDeserializer())) {
      producer.initTransactions();
      consumer.assign(List.of(source));
      for (;;) {
        OffsetAndMetadata at = consumer.committed(Set.of(source)).get(source);
        if (at != null && at.offset() >= count) return true;
        consumer.seek(source, at == null ? 0 : at.offset());
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(500));
        if (records.isEmpty()) continue;
        try {
          producer.beginTransaction();
          for (ConsumerRecord<String, String> record : records)
            producer.send(new ProducerRecord<>("out", null, record.value()));
          long next = records.records(source).get(records.count() - 1).offset() + 1;
          producer.sendOffsetsToTransaction(Map.of(source, new OffsetAndMetadata(next)), new ConsumerGroupMetadata("copier"));
          producer.commitTransaction();
        } catch (ProducerFencedException | OutOfOrderSequenceException fatal) {
          System.err.println(fatal);
          return false;
        } catch (KafkaException abortable) {
          System.err.println(abortable);
          producer.abortTransaction();
        }
        Thread.sleep(pauseMs);
      }
    } catch (AuthorizationException refused) {
      throw refused;
    } catch (KafkaException failed) {
      System.err.println(failed);
      return false;
    }
  }

  static List<String> read(int count) throws Exception {
    List<String> values = new ArrayList<>();
    Properties properties = new Properties();
    properties.putAll(common);
    properties.put("isolation.level", "read_committed");
    properties.put("auto.offset.reset", "earliest");
    try (Consumer<String, String> consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions = consumer.partitionsFor("out").stream().map(info -> new TopicPartition("out", info.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long until = System.currentTimeMillis() + 20_000;
      for (long quietAt = until; System.currentTimeMillis() < Math.min(until, quietAt); ) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(500));
        for (ConsumerRecord<String, String> record : records) values.add(record.value());
        // Whatever is there twice comes within this time.
        if (values.size() >= count && !records.isEmpty()) quietAt = System.currentTimeMillis() + 2_000;
      }
    }
    return values;
  }
}
