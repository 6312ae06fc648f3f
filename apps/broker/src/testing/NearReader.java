import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Prints offset and value of each record of partition 0 of a topic, from the beginning on, until it is ended. */
public class NearReader {
  public static void main(String[] args) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("client.rack", args[2]);
    settings.put("key.deserializer", StringDeserializer.class.getName());
    settings.put("value.deserializer", StringDeserializer.class.getName());
    settings.put("security.protocol", "SASL_PLAINTEXT");
    settings.put("sasl.mechanism", "PLAIN");
    String module = "org.apache.kafka.common.security.plain.PlainLoginModule required";
    settings.put("sasl.jaas.config", module + " username=\"" + args[3] + "\" password=\"" + args[4] + "\";");
    TopicPartition partition = new TopicPartition(args[1], 0);
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings)) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (true) {
        consumer.poll(Duration.ofSeconds(1)).forEach(record -> System.out.println(record.offset() + " " + record.value()));
      }
    }
  }
}
