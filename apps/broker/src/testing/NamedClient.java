import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Over TLS: prints where the brokers are said to be, writes to a topic, reads it back in a group, and ends. */
public class NamedClient {
  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("security.protocol", "SASL_SSL");
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", Path.of(args[1]).toString());
    settings.put("sasl.mechanism", "SCRAM-SHA-256");
    String module = "org.apache.kafka.common.security.scram.ScramLoginModule required";
    settings.put("sasl.jaas.config", module + " username=\"" + args[2] + "\" password=\"" + args[3] + "\";");
    settings.put("key.serializer", StringSerializer.class.getName());
    settings.put("value.serializer", StringSerializer.class.getName());
    settings.put("key.deserializer", StringDeserializer.class.getName());
    settings.put("value.deserializer", StringDeserializer.class.getName());
    settings.put("group.id", "named-readers");
    settings.put("auto.offset.reset", "earliest");
    String topic = args[4];
    try (Admin admin = Admin.create(settings)) {
      admin.describeCluster().nodes().get().stream().map(Node::host).sorted().forEach(System.out::println);
    }
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings)) {
      for (int number = 0; number < 100; number += 1) producer.send(new ProducerRecord<>(topic, "record-" + number)).get();
    }
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings)) {
      consumer.subscribe(List.of(topic));
      int count = 0;
      while (count < 100) count += consumer.poll(Duration.ofSeconds(1)).count();
      System.out.println("read " + count);
    }
  }
}
